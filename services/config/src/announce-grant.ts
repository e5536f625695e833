import type { GrantDocument } from "@mailfleet/store";
import { consentEndCodes, mailboxAlertCleared } from "./expiry-alerts.ts";
import { configuredDirections } from "./new-mailbox.ts";
import { oauthDirections } from "./oauth-client.ts";
import type { Parts } from "./parts.ts";

/**
 * Tells a mailbox's machine that somebody signed in: earlier results no longer count, and what is wanted is tested. The
 * sweep does it for a grant whose process died in between.
 */
export async function announceGrant(parts: Parts, grant: GrantDocument): Promise<void> {
  const { ports, knowledge, step } = parts;
  const at = ports.now();
  const profile = await knowledge.profile(grant.profileId);
  const used = oauthDirections(profile);
  await step(grant._id, {
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
  const mailbox = await ports.mailboxes.load(grant._id);
  if (mailbox?.living)
    await ports.bus.publish(
      mailboxAlertCleared(grant._id, mailbox.configuration.address, consentEndCodes, `grant/${grant.consentId}`, at),
    );
  await ports.grants.announced(grant._id, grant.v);
}

/** Announces what a crash kept from being announced. */
export async function sweepGrants(parts: Parts): Promise<void> {
  for (const grant of await parts.ports.grants.unannounced(100)) await announceGrant(parts, grant);
}
