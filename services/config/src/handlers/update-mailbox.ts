import type { Parts } from "../parts.ts";
import { planMailboxChange } from "../plan-mailbox-change.ts";
import type { Handler } from "../ports.ts";
import { refuseWithoutRoom } from "../room-in-profile.ts";
import { runCommand } from "../run-command.ts";
import { usableProfile } from "../usable-profile.ts";

/** `config.mailbox.update`: only what is named changes. */
export const updateMailbox =
  (parts: Parts): Handler<"config.mailbox.update"> =>
  async (input) => {
    const { change = {}, credentials } = input;
    const target =
      change.profileId === undefined ? undefined : await usableProfile(parts, change.profileId, "/change/profileId");
    const moves = target !== undefined && (await profileOf(parts, input.id)) !== target._id;
    if (moves) await refuseWithoutRoom(parts.ports, target);
    const mailbox = await runCommand(parts, input, "update", (at, document, world) => {
      const profile = target?._id === document.configuration.profileId ? undefined : target;
      return planMailboxChange(document, { change, credentials, profile }, world, at);
    });
    // By its number nobody takes the former owner's consent any more; the secret itself goes, too.
    if (change.address !== undefined || change.owner !== undefined)
      await parts.ports.grants.removeBefore(mailbox.id, mailbox.ownership);
    return mailbox;
  };

async function profileOf({ ports }: Parts, mailboxId: string): Promise<string | undefined> {
  return (await ports.mailboxes.load(mailboxId))?.configuration.profileId;
}
