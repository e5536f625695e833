import { ProblemError } from "@mailfleet/contracts";
import type { Handler, Ports } from "../ports.ts";
import { connectionOf } from "./connection.ts";

/** `config.connection.get`: what a worker needs to run one direction at this moment. Workers ask before each run. */
export const getConnection =
  (ports: Ports): Handler<"config.connection.get"> =>
  async ({ mailboxId, direction }) => {
    const mailbox = await ports.mailboxes.forConnection(mailboxId);
    if (!mailbox) throw new ProblemError("NOT_FOUND", `There is no mailbox ${mailboxId}.`);
    // A mailbox that knows more of its profile than this replica shows that it must read the profile again.
    const world = await ports.worlds.of(mailbox.configuration.profileId, { atLeast: mailbox.profileV });
    const { settings } = world.profile;
    const signsIn =
      direction !== "act" && settings[direction].credentials === "oauth" && settings.oauth?.flow === "sign-in";
    return connectionOf(mailbox, direction, world, signsIn ? await ports.grants.load(mailboxId) : null);
  };
