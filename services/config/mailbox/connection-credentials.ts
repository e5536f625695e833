import { type ConnectionCredentials, sealedAs, sealedFor, tokenDestination } from "@mailfleet/contracts";
import type { GrantDocument } from "../grant/store.ts";
import type { ShownProfile } from "../profile/body.ts";
import { isClientSecretMissing, oauthClientOf } from "../profile/oauth-client.ts";
import type { ServerOf } from "../profile/server-for.ts";
import type { Configuration, MailboxForConnection } from "./body.ts";

type Reason = Extract<ConnectionCredentials, { type: "none" }>["reason"];

/** What is read of a mailbox. */
export type Whose = Pick<MailboxForConnection, "_id" | "ownership"> & {
  readonly configuration: Pick<Configuration, "address" | "credentials" | "allowToUseCredentials">;
};

/**
 * What a direction signs in with: the mailbox's own credentials, the profile's for all its mailboxes, or a token. The
 * holder's connections are counted together (per mailbox when the mailbox holds the credentials, per profile
 * when the profile holds them).
 */
export function credentialsFor(
  mailbox: Whose,
  direction: ServerOf,
  profile: ShownProfile,
  grant: GrantDocument | null,
): ConnectionCredentials {
  switch (profile.settings[direction].credentials) {
    case "mailbox":
      return ofMailbox(mailbox, direction);
    case "profile":
      return ofProfile(mailbox, direction, profile);
    case "oauth":
      return byToken(mailbox, direction, profile, grant);
    case "anonymous":
      return { type: "anonymous", holder: profile._id };
  }
}

const none = (holder: string, reason: Reason): ConnectionCredentials => ({ type: "none", holder, reason });

function ofMailbox({ _id: holder, configuration }: Whose, direction: ServerOf): ConnectionCredentials {
  const { credentials, allowToUseCredentials } = configuration;
  if (!credentials) return none(holder, "CREDENTIALS_MISSING");
  if (!allowToUseCredentials) return none(holder, "CREDENTIALS_NOT_ALLOWED");
  const { username, passwords } = credentials;
  return { type: "password", holder, username, password: passwords[direction], purpose: "mailbox-password" };
}

function ofProfile(
  { configuration: { address } }: Whose,
  direction: ServerOf,
  profile: ShownProfile,
): ConnectionCredentials {
  const holder = profile._id;
  const credentials = profile[`${direction}Credentials`];
  if (!credentials) return none(holder, "CREDENTIALS_MISSING");
  const { username, password } = credentials;
  const held = { type: "password", holder, password, purpose: `${direction}-password` } as const;
  const addressing = direction === "inbound" ? profile.settings.inbound.addressing : undefined;
  if (!addressing) return { ...held, username };
  return addressing.by === "authorization-identity"
    ? { ...held, username, authorizationIdentity: address }
    : { ...held, addressed: true, username: addressing.pattern.replace("{address}", () => address) };
}

function byToken(
  { _id, ownership, configuration: { address } }: Whose,
  direction: ServerOf,
  profile: ShownProfile,
  grant: GrantDocument | null,
): ConnectionCredentials {
  const signsIn = profile.settings.oauth?.flow === "sign-in";
  const holder = signsIn ? _id : profile._id;
  const client = oauthClientOf(profile, [direction]);
  if (!client || isClientSecretMissing(profile)) return none(holder, "CLIENT_SECRET_MISSING");
  if (!signsIn) return { type: "oauth", holder, username: address, client, grant: null };
  // A consent is given by one owner to one application at one server: with another of the three it is worth nothing.
  const sealed = sealedFor(_id, "oauth-grant", tokenDestination(client.tokenEndpoint));
  if (
    !grant ||
    grant.ownership !== ownership ||
    grant.profileId !== profile._id ||
    grant.clientId !== client.clientId ||
    sealedAs(grant.refreshToken) !== sealed
  )
    return none(holder, "CONSENT_MISSING");
  if (grant.state === "ended")
    return none(
      holder,
      grant.lastRefreshFailure?.code === "CONSENT_ENDED_IN_TESTING" ? "CONSENT_ENDED_IN_TESTING" : "CONSENT_EXPIRED",
    );
  return { type: "oauth", holder, username: grant.account, client, grant: { v: grant.v } };
}
