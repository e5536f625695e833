import { eachAlone } from "@mailfleet/kit";
import { alertCleared, alertRaised } from "../mailbox/alert-entries.ts";
import type { Ports } from "../ports.ts";
import { allProfiles } from "./all-profiles.ts";
import type { ShownProfile } from "./body.ts";
import { dueWarning, secondsUntilFirst, secretEndCodes } from "./ends.ts";

/** Warns ahead of the ends of secrets, once for each number of days. One that fails waits for the next round. */
export async function warnOfSecrets(ports: Ports): Promise<void> {
  const alone = { logger: ports.logger, what: "secret", name: ({ _id }: ShownProfile) => _id };
  const profiles = await allProfiles(ports);
  await eachAlone(profiles, alone, (profile) => warn(ports, profile));
  const ends = profiles.flatMap((profile) => secretEnd(profile) ?? []);
  ports.metrics.secretEnds.set(secondsUntilFirst(ends, ports.now()));
}

async function warn({ documents, now }: Ports, profile: ShownProfile): Promise<void> {
  const at = now();
  const ends = secretEnd(profile);
  const warned = profile.warnedOfSecret;
  const beganAt = profile.oauthSecret?.setAt ?? profile.createdAt;
  const code = ends === null ? undefined : ends <= at ? "SECRET_ENDED" : dueWarning(beganAt, ends, at)?.secret;
  const said = code && `${ends}:${code}`;
  if (said === warned) return;
  const object = { type: "profile", id: profile._id, label: profile.settings.name } as const;
  // A warning about another end no longer holds.
  const outbox =
    warned && !warned.startsWith(`${ends}:`) ? [alertCleared({ at, object, codes: [...secretEndCodes] })] : [];
  if (code && ends !== null) {
    const what = profile.oauthSecret?.certificate?.expiresAt === ends ? "certificate" : "secret";
    const detail = `The ${what} of the OAuth application ends at ${new Date(ends).toISOString()}.`;
    outbox.push(alertRaised({ at, object, code, detail }));
  }
  await documents.profile.change(profile._id, { key: `warned/${said}/${profile.v}`, at }, (before) =>
    before.v === profile.v
      ? { after: { ...before, warnedOfSecret: said }, outbox, quiet: true }
      : { ignored: "it is another by now" },
  );
}

/**
 * When the application can no longer prove itself: as entered, or as its certificate says; `null`: not known. Of a
 * certificate in a key vault it is also over when the secret that opens the vault ends.
 */
export function secretEnd({ settings, oauthSecret }: Pick<ShownProfile, "settings" | "oauthSecret">): number | null {
  const certificate = oauthSecret?.certificate?.expiresAt;
  const entered = settings.oauth?.clientSecretExpiresAt;
  if (oauthSecret?.keyVault && certificate !== undefined && entered !== undefined)
    return Math.min(certificate, entered);
  return certificate ?? entered ?? null;
}
