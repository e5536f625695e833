import { connectionOf } from "../connection.ts";
import type { Parts } from "../parts.ts";
import type { Handler } from "../ports.ts";
import { noSuchMailbox } from "../step-mailbox.ts";

/** `config.connection.get`: what a worker needs to run one direction at this moment. Workers ask before each run. */
export const getConnection =
  ({ ports, knowledge }: Parts): Handler<"config.connection.get"> =>
  async ({ mailboxId, direction }) => {
    const mailbox = await ports.mailboxes.forConnection(mailboxId);
    if (!mailbox) throw noSuchMailbox(mailboxId);
    // A mailbox that knows more of its profile than this replica shows that it must read the profile again.
    const world = await knowledge.world(mailbox.configuration.profileId, { atLeast: mailbox.profileV });
    const { settings } = world.profile;
    const signsIn =
      direction !== "act" && settings[direction].credentials === "oauth" && settings.oauth?.flow === "sign-in";
    return connectionOf(mailbox, direction, world, signsIn ? await ports.grants.load(mailboxId) : null);
  };
