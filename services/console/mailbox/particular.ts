import type { Mailbox, RequestArguments } from "@mailfleet/contracts";
import type { Particular } from "../http/noun-routes.ts";
import { ownMailboxIds } from "../http/owner-access.ts";
import type { Call } from "../http/route.ts";
import { refuseForeignProfile } from "../profile/profile-view.ts";
import { MailboxView, viewMailbox } from "./mailbox-view.ts";

/** To an owner other people's mailboxes do not exist, nor those of other parts of the fleet to who is limited to one. */
async function list(call: Call, query: RequestArguments<"config.mailbox.list">) {
  const { role, within } = call.caller;
  const own = role === "owner" ? { ids: await ownMailboxIds(call) } : within ? { within } : {};
  return call.ask("config.mailbox.list", { ...query, ...own });
}

/** Of the caller's part of the fleet only. */
const counts = ({ caller: { within }, ask }: Call) => ask("config.mailbox.counts", within ? { within } : {});

/** What is particular about mailboxes: what workers and scheduler know of them. */
export const mailboxParticular: Particular = {
  reads: { schema: MailboxView, of: (call, mailbox: Mailbox) => viewMailbox(call, mailbox) },
  before: async (verb, call) => {
    if (verb !== "update" || call.caller.role !== "owner") return;
    await refuseForeignProfile(call, (call.body as { profileId?: string } | undefined)?.profileId);
  },
  answers: { list, counts },
  parted: ["list", "counts"],
};
