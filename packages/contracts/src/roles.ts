import { z } from "zod";

/** What a token may do: everything, read everything, or look after single mailboxes. */
export const roles = ["administrator", "reader", "owner"] as const;
export const Role = z.enum(roles);
export type Role = z.infer<typeof Role>;
