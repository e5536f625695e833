import {
  ProblemError,
  type ProfileSettings,
  type Sealed,
  type SealedCredentials,
  type SealedOAuthSecret,
  sealedAs,
  sealedFor,
  secretDestination,
} from "@mailfleet/contracts";
import { destinationsOf } from "./destinations.ts";

/** A profile's credentials as they are kept. */
export type KeptCredentials = SealedCredentials & { readonly setAt: number };
/** The secret of an OAuth application as it is kept. */
export type KeptOAuthSecret = SealedOAuthSecret & { readonly setAt: number };

/** What a profile signs in with. */
interface PresentSecrets {
  readonly inboundCredentials?: KeptCredentials;
  readonly outboundCredentials?: KeptCredentials;
  readonly oauthSecret?: KeptOAuthSecret;
}

/** The next secrets, by the present ones that they will replace. */
export const successorOf = {
  inboundCredentials: "nextInboundCredentials",
  outboundCredentials: "nextOutboundCredentials",
  oauthSecret: "nextOauthSecret",
} as const satisfies Record<keyof PresentSecrets, string>;
type Successors = typeof successorOf;
type Present = keyof Successors;

/** The sealed secrets of a profile. */
export type ProfileSecrets = PresentSecrets & {
  readonly [Name in Present as Successors[Name]]?: PresentSecrets[Name];
};

/** The sealed secrets in a command: an absent one stays as it is, `null` removes it. */
export type GivenSecrets = {
  readonly [Name in Present | Successors[Present]]?:
    | (Name extends "oauthSecret" | "nextOauthSecret" ? SealedOAuthSecret : SealedCredentials)
    | null
    | undefined;
};

/** Every secret that a profile can hold. */
export const secretNames: readonly (keyof ProfileSecrets)[] = [
  ...(Object.keys(successorOf) as Present[]),
  ...Object.values(successorOf),
];

/** One secret: whether these settings use it, the destination it must be sealed for, and its sealed form. */
interface SecretRule {
  readonly name: keyof ProfileSecrets;
  readonly fields: string;
  readonly purpose: "inbound-password" | "outbound-password" | "oauth-client";
  isUsed(settings: ProfileSettings): boolean;
  destination(settings: ProfileSettings): string | null;
}

const ofDirection = (direction: "inbound" | "outbound"): (typeof presentRules)[number] => ({
  name: `${direction}Credentials`,
  fields: `/${direction}`,
  purpose: `${direction}-password`,
  isUsed: (settings) => settings[direction].credentials === "profile",
  destination: (settings) => destinationsOf(settings)[direction],
});
const presentRules: readonly (SecretRule & { readonly name: Present })[] = [
  ofDirection("inbound"),
  ofDirection("outbound"),
  {
    name: "oauthSecret",
    fields: "/oauth",
    purpose: "oauth-client",
    isUsed: ({ oauth }) =>
      oauth !== undefined && (oauth.flow === "service-account" || oauth.clientAuthentication !== "none"),
    destination: (settings) => destinationsOf(settings).token,
  },
];

const rules: readonly SecretRule[] = [
  ...presentRules,
  // They go where the present ones go. They are not asked for again: whoever still wants one sets it again.
  ...presentRules.map((rule): SecretRule => ({ ...rule, name: successorOf[rule.name], isUsed: () => false })),
];

const sealedOf = (secret: KeptCredentials | SealedCredentials | SealedOAuthSecret): Sealed =>
  "password" in secret ? secret.password : secret.secret;

const vaultOf = (secret: Partial<Pick<SealedOAuthSecret, "keyVault">>) => secret.keyVault;

/**
 * The secrets of a profile after a change. A secret that was entered for another server, or another token endpoint, must
 * be entered again; one that nothing uses any more is removed. @throws INVALID, SECRET_NEEDED_AGAIN that names each
 */
export function keptSecrets(
  profileId: string,
  settings: ProfileSettings,
  before: ProfileSecrets,
  given: GivenSecrets,
  setAt: number,
): ProfileSecrets {
  const after: Record<string, unknown> = {};
  const needed: { pointer: string; reason: string }[] = [];
  for (const { name, fields, purpose, isUsed, destination } of rules) {
    const goesTo = destination(settings);
    const expectedOf = (secret: object) =>
      sealedFor(profileId, purpose, secretDestination(goesTo ?? "", vaultOf(secret)));
    const fresh = given[name];
    const kept = before[name];
    if (fresh) {
      refuseWronglySealed(
        sealedOf(fresh),
        expectedOf(fresh),
        `/${name}/${"password" in fresh ? "password" : "secret"}`,
      );
      after[name] = { ...fresh, setAt };
    } else if (fresh === undefined && kept) {
      if (sealedAs(sealedOf(kept)) === expectedOf(kept)) after[name] = kept;
      else if (isUsed(settings))
        needed.push({
          pointer: `/${name}`,
          reason: `is needed again: ${fields} leads to ${goesTo} now, and the secret was entered for another place`,
        });
    }
  }
  if (needed.length === 0) return after;
  throw new ProblemError(
    "SECRET_NEEDED_AGAIN",
    needed.map(({ pointer, reason }) => `${pointer} ${reason}`).join("; "),
    {
      remedy: `Send ${needed.map(({ pointer }) => pointer.slice(1)).join(" and ")} with the same change, or take it away with null first.`,
      errors: needed,
    },
  );
}

/** Refuses a secret that was sealed for something else. @throws INVALID, SECRET_NEEDED_AGAIN if only the destination changed */
export function refuseWronglySealed(sealed: Sealed, expected: string, pointer: string): void {
  const given = sealedAs(sealed);
  if (given === expected) return;
  const reason = `must be ${expected}`;
  if (given.split("|", 2).join("|") === expected.split("|", 2).join("|"))
    throw new ProblemError("SECRET_NEEDED_AGAIN", `${pointer} was sealed for a server that has changed since.`, {
      remedy: "Send the change again.",
      errors: [{ pointer: `${pointer}/aad`, reason }],
    });
  throw new ProblemError("INVALID", `${pointer}/aad was sealed for something else`, {
    remedy: `Seal the secret with the additional data ${expected}.`,
    errors: [{ pointer: `${pointer}/aad`, reason }],
  });
}
