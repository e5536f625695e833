import { configuredDirections } from "../new-mailbox.ts";
import { oauthDirections } from "../oauth-client.ts";
import type { Parts } from "../parts.ts";
import type { Handler } from "../ports.ts";
import { runCommand } from "../run-command.ts";
import { showGrant } from "../show-grant.ts";

/** `config.grant.get` */
export const getGrant =
  ({ ports }: Parts): Handler<"config.grant.get"> =>
  async ({ mailboxId }) => {
    const [grant, mailbox] = await Promise.all([
      ports.grants.load(mailboxId),
      ports.mailboxes.forConnection(mailboxId),
    ]);
    return grant && grant.ownership === mailbox?.ownership ? showGrant(grant) : null;
  };

/** `config.grant.remove`: forgets the consent; what is wanted is tested, and says that somebody must sign in. */
export const removeGrant =
  (parts: Parts): Handler<"config.grant.remove"> =>
  async (input) => {
    await parts.ports.grants.remove(input.mailboxId);
    await runCommand(parts, { ...input, id: input.mailboxId }, "signedOut", (at, { configuration }, { profile }) => {
      const used = oauthDirections(profile);
      const directions = configuredDirections(configuration.deliveryMethods).filter((one) =>
        used.some((other) => other === one),
      );
      return {
        events: directions.length > 0 ? [{ type: "settingsChanged", directions, fields: ["/grant"], at }] : [],
        changedFields: ["/grant"],
      };
    });
    return {};
  };
