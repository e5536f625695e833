import { type OAuthSettings, ProblemError, type ProfileSettings, type SealedOAuthSecret } from "@mailfleet/contracts";
import type { ProfileBody, ShownProfile } from "./body.ts";
import { changedSettings } from "./complete-profile.ts";
import { type ProfileSecrets, successorOf } from "./secrets.ts";

/** The part of a profile that decides about its next secrets. */
type Rotated = Pick<ShownProfile, "settings" | "relevantV" | "nextTest" | keyof ProfileSecrets>;
/** The part of a profile that a switch to its next secrets changes. */
type Switched = Pick<ProfileBody, "settings" | keyof ProfileSecrets>;

const provesBy: Readonly<Partial<Record<SealedOAuthSecret["kind"], OAuthSettings["clientAuthentication"]>>> = {
  "client-secret": "secret",
  "client-certificate": "certificate",
  "key-vault-certificate": "certificate",
};
const pairs = Object.entries(successorOf) as [
  keyof typeof successorOf,
  (typeof successorOf)[keyof typeof successorOf],
][];

/**
 * The profile with its next secrets in the places of the present ones. A certificate may follow a client secret, and the
 * reverse. @throws ProblemError INVALID if the profile could not sign in with its next secrets
 */
export function withNext<Profile extends Rotated>(profile: Profile, clientSecretExpiresAt?: number): Profile {
  const settings = settingsWith(profile, clientSecretExpiresAt);
  const moved = pairs.flatMap(([present, next]) =>
    profile[next] ? [[present, profile[next]] as const, [next, undefined] as const] : [],
  );
  return { ...profile, settings, ...(Object.fromEntries(moved) as Partial<Switched>) };
}

function settingsWith({ settings, nextOauthSecret }: Rotated, clientSecretExpiresAt?: number): ProfileSettings {
  const { oauth } = settings;
  if (!nextOauthSecret || !oauth) return settings;
  const { clientSecretExpiresAt: _, ...rest } = oauth;
  const clientAuthentication = provesBy[nextOauthSecret.kind] ?? oauth.clientAuthentication;
  const ends = clientSecretExpiresAt === undefined ? {} : { clientSecretExpiresAt };
  return changedSettings(settings, { oauth: { ...rest, clientAuthentication, ...ends } });
}

/** Names what a test with the next secrets has tested: another secret, or another server, needs another test. */
export function nextNamed(profile: Rotated): string | null {
  const tags = Object.values(successorOf).map((next) => {
    const secret = profile[next];
    return secret && ("password" in secret ? secret.password.tag : secret.secret.tag);
  });
  return tags.some(Boolean) ? JSON.stringify([profile.relevantV, ...tags]) : null;
}

/** The test of the next secrets, if it passed and they are still the same. */
export function nextTestOf(profile: Rotated): Rotated["nextTest"] | null {
  return profile.nextTest?.of === nextNamed(profile) ? profile.nextTest : null;
}

/** @throws ProblemError NOT_POSSIBLE_NOW if the profile has no next secret */
export function refuseWithoutNext(profile: Rotated): void {
  if (nextNamed(profile) === null)
    throw new ProblemError("NOT_POSSIBLE_NOW", `The profile ${profile.settings.name} has no next secret.`, {
      remedy: "Set one beside the present one first, for example with `mailfleet profile set-next-oauth-secret`.",
    });
}

/** @throws ProblemError NOT_POSSIBLE_NOW with what is missing */
export function refuseUntested(profile: Rotated): void {
  refuseWithoutNext(profile);
  if (nextTestOf(profile)) return;
  throw new ProblemError(
    "NOT_POSSIBLE_NOW",
    `The next secret of the profile ${profile.settings.name} has not passed a test. The present one stays in use.`,
    {
      remedy:
        "Test it with one mailbox: `mailfleet profile test-connection PROFILE --next --mailbox ADDRESS`. If it is refused, set another.",
    },
  );
}
