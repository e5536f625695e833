import type { AlertObject } from "@mailfleet/contracts";
import type { AlertWall } from "../alert/wall.ts";
import { type NotificationBody, presentSettings } from "./body.ts";
import { usesApplication } from "./problems.ts";

const dayMs = 86_400_000;
const object: AlertObject = { type: "service", id: "notifications", label: "mail server for notices" };

/** The nearest first: only the first that is due is raised. */
const stages = [
  { code: "SECRET_ENDED", days: 0 },
  { code: "SECRET_ENDS_IN_1_DAY", days: 1 },
  { code: "SECRET_ENDS_IN_3_DAYS", days: 3 },
  { code: "SECRET_ENDS_IN_14_DAYS", days: 14 },
] as const;
const codes = stages.map(({ code }) => code);

/**
 * One look at the end of the application's secret, as the administrator wrote it, or of its certificate, as it was read
 * in the key vault. Each stage is raised once for what was written or read: the same look, by whichever replica, is the same message.
 */
export async function watchSecret(
  ports: Parameters<typeof presentSettings>[0] & {
    readonly wall: Pick<AlertWall, "raise" | "clear" | "raisedAbout">;
    now(): number;
  },
): Promise<void> {
  const { wall, now } = ports;
  const present = await presentSettings(ports);
  const end = endOf(present);
  const at = now();
  const due = end === null ? undefined : stages.find(({ days }) => end - at <= days * dayMs);
  if (!due || end === null) {
    if ((await wall.raisedAbout(object, codes)).length > 0) await clearSecretAlerts({ wall, now });
    return;
  }
  const id = `notifications:${due.code}:${present.secretExpirySetAt}`;
  const detail = `The application secret of the mail server for notices expires at ${new Date(end).toISOString()}.`;
  await wall.raise({ at, object, code: due.code, detail }, { id });
}

/** A new secret or a new end was set: clears the alerts about the old one. */
export async function clearSecretAlerts({
  wall,
  now,
}: {
  readonly wall: Pick<AlertWall, "clear">;
  now(): number;
}): Promise<void> {
  const at = now();
  await wall.clear({ at, object, codes }, { id: `notifications:secret-set:${at}` });
}

/** `null` where no end is known or no mail leaves with the secret. A certificate in a key vault has an end of its own. */
function endOf(settings: NotificationBody): number | null {
  const { enabled, oauthSecret, secretExpiresAt } = settings;
  if (!enabled || !oauthSecret || !usesApplication(settings)) return null;
  const inVault = oauthSecret.keyVault && oauthSecret.certificate?.expiresAt;
  return inVault === undefined ? secretExpiresAt : Math.min(inVault, secretExpiresAt ?? inVault);
}
