import type { ProfileDocument } from "@mailfleet/store";
import {
  dueWarning,
  mailboxAlertRaised,
  profileAlertCleared,
  profileAlertRaised,
  secretEndCodes,
} from "./expiry-alerts.ts";
import type { Parts } from "./parts.ts";
import { signInUrl } from "./sign-in-url.ts";

const day = 86_400_000;
const longestWarning = 14 * day;
const batch = 200;

/** Warns ahead of consents and secrets that end, once for each number of days. */
export async function sweepExpiry(parts: Parts): Promise<void> {
  await warnOfConsents(parts);
  let cursor: string | undefined;
  do {
    const { items, next } = await parts.ports.profiles.list({ limit: batch, ...(cursor ? { cursor } : {}) });
    for (const profile of items) await warnOfSecret(parts, profile);
    cursor = next ?? undefined;
  } while (cursor !== undefined);
}

async function warnOfConsents({ ports }: Parts): Promise<void> {
  const { grants, mailboxes, bus, now, consoleUrl } = ports;
  const at = now();
  for (const grant of await grants.endingBefore(at + longestWarning, batch)) {
    const warning = grant.expiresAt === null ? null : dueWarning(grant.grantedAt, grant.expiresAt, at);
    if (!warning || grant.expiresAt === null || grant.warned.includes(warning.days)) continue;
    const mailbox = await mailboxes.load(grant._id);
    if (!mailbox?.living) continue;
    if (grant.ownership !== mailbox.ownership) {
      // What a crash left of a former owner's.
      await grants.removeBefore(grant._id, mailbox.ownership);
      continue;
    }
    const link = consoleUrl ? ` Sign in again: ${signInUrl(consoleUrl, grant._id)}` : "";
    const detail = `It ends at ${new Date(grant.expiresAt).toISOString()}.${link}`;
    const id = `grant/${grant._id}/${grant.v}/${warning.days}`;
    const alert = { code: warning.consent, detail, id, at };
    await bus.publish(mailboxAlertRaised(grant._id, mailbox.configuration.address, alert));
    await grants.warn(grant._id, grant.v, warning.days);
  }
}

async function warnOfSecret({ ports }: Parts, profile: ProfileDocument): Promise<void> {
  const { bus, now, profiles } = ports;
  const at = now();
  const ends = secretEnd(profile);
  const warned = profile.warnedOfSecret ?? null;
  const beganAt = profile.oauthSecret?.setAt ?? profile.createdAt;
  const code =
    ends === null ? null : ends <= at ? ("SECRET_ENDED" as const) : (dueWarning(beganAt, ends, at)?.secret ?? null);
  const key = code && `${ends}:${code}`;
  if (key === warned) return;
  const id = `secret/${profile._id}/${ends}`;
  // What was said of another end is over.
  if (warned !== null && !warned.startsWith(`${ends}:`))
    await bus.publish(profileAlertCleared(profile._id, profile.settings.name, secretEndCodes, `${id}/${warned}`, at));
  if (code && ends !== null) {
    const detail = `The secret of the OAuth application ends at ${new Date(ends).toISOString()}.`;
    await bus.publish(profileAlertRaised(profile._id, profile.settings.name, { code, detail, id, at }));
  }
  await profiles.warned(profile._id, key);
}

/** When the application can no longer prove itself: as entered, or as its certificate says. */
function secretEnd({ settings, oauthSecret }: ProfileDocument): number | null {
  return oauthSecret?.certificate?.expiresAt ?? settings.oauth?.clientSecretExpiresAt ?? null;
}
