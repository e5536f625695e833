import type { Mailbox } from "@mailfleet/contracts";
import type { Particular } from "../http/noun-routes.ts";
import { refuseInactiveProfile } from "../profile/profile-view.ts";
import { MailboxView, viewMailbox } from "./mailbox-view.ts";

/** What is particular about mailboxes: what workers and scheduler know of them. */
export const mailboxParticular: Particular = {
  reads: { schema: MailboxView, of: (call, mailbox: Mailbox) => viewMailbox(call, mailbox) },
  before: async (verb, call) => {
    if (verb !== "update" || call.caller.role !== "owner") return;
    await refuseInactiveProfile(call, (call.body as { profileId?: string } | undefined)?.profileId);
  },
};
