import type { Direction } from "@mailfleet/contracts";
import { eachAlone } from "@mailfleet/kit";
import { alertCleared, mailboxObject } from "../mailbox/alert-entries.ts";
import { configuredDirections } from "../mailbox/new-mailbox.ts";
import { take } from "../mailbox/take.ts";
import type { Ports } from "../ports.ts";
import { consentEndCodes } from "../profile/ends.ts";
import { oauthDirections } from "../profile/oauth-client.ts";
import type { GrantDocument } from "./store.ts";

/**
 * Tells a mailbox's machine that somebody signed in: earlier results no longer count, and what is wanted is tested. What
 * works goes on working while it is tested, if the sign-in only renews the permission that it works with. A tick does it for a grant whose process died in between.
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
    plan: ({ _id, configuration, status }) => {
      const directions = configuredDirections(configuration.deliveryMethods).filter((one) =>
        used.some((u) => u === one),
      );
      const goesOn = (one: Direction) => grant.renews === true && status.directions[one].state === "enabled.running";
      const [running, others] = [directions.filter(goesOn), directions.filter((one) => !goesOn(one))];
      return {
        alerts: [alertCleared({ at, object: mailboxObject({ _id, configuration }), codes: [...consentEndCodes] })],
        events: [
          ...(running.length > 0 ? [{ type: "test", enable: false, directions: running, at } as const] : []),
          ...(others.length > 0
            ? [{ type: "settingsChanged", directions: others, fields: ["/grant"], at } as const]
            : []),
        ],
        changedFields: ["/grant"],
        cause: `${grant.account} signed in`,
      };
    },
  });
  await ports.grants.announced(grant._id, grant.v);
}

/** Announces what a crash kept from being announced. */
export async function announceGrants(ports: Ports): Promise<void> {
  const { grants, logger } = ports;
  await eachAlone(await grants.unannounced(100), { logger, what: "consent", name: ({ _id }) => _id }, (grant) =>
    announceGrant(ports, grant),
  );
}
