import { z } from "zod";
import { ProfileId } from "../ids.ts";
import { Direction } from "../vocabulary.ts";

/** What an alert is about. */
export const AlertObject = z.object({
  type: z.enum(["mailbox", "profile", "service", "stream", "send"]),
  id: z.string().max(200),
  /** Set for failures of one direction, so that inbound's recovery does not clear outbound's alert. */
  direction: Direction.optional(),
  /** The profile of a mailbox: what its servers do to many mailboxes is one incident. */
  profileId: ProfileId.optional(),
  /** For people: the address or name at the time. */
  label: z.string().max(300).optional(),
});
export type AlertObject = z.infer<typeof AlertObject>;
