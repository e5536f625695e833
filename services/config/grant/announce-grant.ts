import { eachAlone } from "@mailfleet/kit";
import { oauthDirections } from "../connection/oauth-client.ts";
import { consentEndCodes, mailboxAlertCleared } from "../expiry/alerts.ts";
import { configuredDirections } from "../mailbox/new-mailbox.ts";
import { take } from "../mailbox/take.ts";
import type { Ports } from "../ports.ts";
import type { GrantDocument } from "./store.ts";

/**
 * Tells a mailbox's machine that somebody signed in: earlier results no longer count, and what is wanted is tested. A
 * tick does it for a grant whose process died in between.
 */
export async function announceGrant(ports: Ports, grant: GrantDocument): Promise<void> {
  const at = ports.now();
  const profile = await ports.worlds.profile(grant.profileId);
  const used = oauthDirections(profile);
  await take(ports, grant._id, {
    id: `grant/${grant.consentId}`,
    kind: "report",
    at,
    event: "signedIn",
    by: grant.grantedBy,
    plan: ({ configuration }) => ({
      events: [
        {
          type: "settingsChanged",
          directions: configuredDirections(configuration.deliveryMethods).filter((one) => used.some((u) => u === one)),
          fields: ["/grant"],
          at,
        },
      ],
      changedFields: ["/grant"],
      cause: `${grant.account} signed in`,
    }),
  });
  const mailbox = await ports.documents.mailbox.load(grant._id);
  if (mailbox?.living)
    await ports.bus.publish(
      mailboxAlertCleared(grant._id, mailbox.configuration.address, consentEndCodes, `grant/${grant.consentId}`, at),
    );
  await ports.grants.announced(grant._id, grant.v);
}

/** Announces what a crash kept from being announced. */
export async function announceGrants(ports: Ports): Promise<void> {
  const { grants, logger } = ports;
  await eachAlone(await grants.unannounced(100), { logger, what: "consent", name: ({ _id }) => _id }, (grant) =>
    announceGrant(ports, grant),
  );
}
