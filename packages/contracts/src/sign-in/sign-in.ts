import { z } from "zod";
import { DeviceCode, DevicePoll } from "../consent/exchange.ts";
import { ConsentId, MailboxId } from "../ids.ts";
import { noun } from "../noun/noun.ts";
import { operation } from "../noun/operation.ts";

const mailbox = { mailboxId: MailboxId };

/** Signing in for a mailbox, for programs; people have pages. The console answers it with what it asks of a consent. */
export const signIn = noun("sign-in", {
  owner: "console",
  id: ConsentId,
  framed: false,
  text: "sign-ins of mailboxes' users",
  path: "/mailboxes/:mailbox/sign-in",
  fields: {},
  standard: [],
  operations: {
    begin: operation({
      text: "Begin the sign-in of the mailbox's user: by device code, or just the link to the page",
      collection: true,
      owner: true,
      at: "/mailboxes/:mailbox/sign-in",
      input: { ...mailbox, method: z.enum(["device", "link"], { error: "must be device or link" }) },
      answer: z.discriminatedUnion("method", [
        DeviceCode.extend({ method: z.literal("device"), consentId: ConsentId }),
        z.object({ method: z.literal("link"), signInUrl: z.string() }),
      ]),
    }),
    poll: operation({
      text: "Check whether the user has entered the device code; not more often than intervalMs says",
      owner: true,
      at: "/mailboxes/:mailbox/sign-in/:consentId/poll",
      input: mailbox,
      answer: DevicePoll,
    }),
  },
});
