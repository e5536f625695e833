import { z } from "zod";
import type { SealPurpose } from "../resources/sealed.ts";

/** A secret of a noun: written in plain text to the console, sealed there, and never shown again. */
export interface SecretField<
  Plain extends z.ZodType = z.ZodType,
  Sealed extends z.ZodType = z.ZodType,
  Shown extends z.ZodType = z.ZodType,
> {
  readonly kind: "credentials" | "oauth-secret";
  /** Part of the additional data it is sealed with. */
  readonly purpose: SealPurpose;
  readonly text: string;
  /** As a person sends it. */
  readonly plain: Plain;
  /** As it travels and is kept. */
  readonly sealed: Sealed;
  /** What may be seen of it. */
  readonly shown: Shown;
}

/** A user name and a password as a person sends them. The console seals the password before it goes anywhere. */
export const Credentials = z.strictObject({
  username: z.string().min(1, "must not be empty").max(250),
  password: z.string().min(1, "must not be empty").max(4000).describe("sealed at once, never shown again"),
});
export type Credentials = z.infer<typeof Credentials>;
