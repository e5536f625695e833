import { commandKey } from "@mailfleet/kit";
import { configuredDirections } from "../mailbox/new-mailbox.ts";
import { take } from "../mailbox/take.ts";
import type { Handler } from "../ports.ts";
import { oauthDirections } from "../profile/oauth-client.ts";
import { showGrant } from "./show-grant.ts";

/** `config.grant.get` */
export const getGrant: Handler<"config.grant.get"> = async (ports, { mailboxId }) => {
  const [grant, mailbox] = await Promise.all([ports.grants.load(mailboxId), ports.mailboxes.forConnection(mailboxId)]);
  return grant && grant.ownership === mailbox?.ownership ? showGrant(grant) : null;
};

/** `config.grant.remove`: forgets the consent; what is wanted is tested, and says that somebody must sign in. */
export const removeGrant: Handler<"config.grant.remove"> = async (ports, input) => {
  await ports.grants.remove(input.mailboxId);
  const { mailboxId, by, owner, correlation, commandId } = input;
  const at = ports.now();
  await take(ports, mailboxId, {
    id: commandKey("config.grant.remove", input),
    kind: "command",
    at,
    event: "signedOut",
    by,
    ...(owner === undefined ? {} : { owner }),
    correlation: correlation ?? commandId,
    causation: commandId,
    plan({ configuration }, { profile }) {
      const used = oauthDirections(profile);
      const directions = configuredDirections(configuration.deliveryMethods).filter((one) =>
        used.some((other) => other === one),
      );
      return {
        events: directions.length > 0 ? [{ type: "settingsChanged", directions, fields: ["/grant"], at }] : [],
        changedFields: ["/grant"],
      };
    },
  });
  return {};
};
