import { ProblemError, sealedFor, tokenDestination } from "@mailfleet/contracts";
import { refuseFormerOwner, signInOf } from "../consent/begin-consent.ts";
import type { Handler } from "../ports.ts";
import { refuseWronglySealed } from "../profile/secrets.ts";
import { announceGrant } from "./announce-grant.ts";
import { showGrant } from "./show-grant.ts";
import type { GrantDocument } from "./store.ts";

/** The same account gave the same application the same permission again, while the one before still worked. */
function renews(before: GrantDocument, now: GrantDocument): boolean {
  const same = (["ownership", "profileId", "clientId"] as const).every((name) => before[name] === now[name]);
  const account = before.account.toLowerCase() === now.account.toLowerCase();
  return before.state === "good" && same && account && before.scopes.every((scope) => now.scopes.includes(scope));
}

/** `config.grant.set`: keeps what a sign-in gave; a mailbox that is wanted is tested anew. */
export const setGrant: Handler<"config.grant.set"> = async (ports, input) => {
  const { consents, grants, now } = ports;
  const consent = await consents.load(input.consentId);
  if (consent?.mailboxId !== input.mailboxId) throw new ProblemError("STATE_UNKNOWN", "There is no such sign-in.");
  const before = await grants.load(input.mailboxId);
  if (consent.completedAt !== undefined && before?.consentId === consent._id) return showGrant(before);
  const { mailbox, profile, client } = await signInOf(ports, input.mailboxId);
  refuseFormerOwner(consent, mailbox);
  const sealedTo = tokenDestination(client.tokenEndpoint);
  refuseWronglySealed(input.refreshToken, sealedFor(input.mailboxId, "oauth-grant", sealedTo), "/refreshToken");
  const grant: GrantDocument = {
    _id: input.mailboxId,
    v: (before?.v ?? 0) + 1,
    state: "good",
    // Of the consent, not of the mailbox as it is now: an owner who changes at this moment changes nothing for it.
    ownership: consent.ownership,
    profileId: profile._id,
    clientId: client.clientId,
    consentId: consent._id,
    account: input.account,
    scopes: input.scopes,
    grantedAt: now(),
    grantedBy: consent.by,
    refreshToken: input.refreshToken,
    expiresAt: input.expiresAt,
    accessTokenExpiresAt: input.accessTokenExpiresAt,
    lastRefreshAt: null,
    lastRefreshFailure: null,
    warned: [],
    announced: false,
  };
  grant.renews = before !== null && renews(before, grant);
  await grants.put(grant);
  await announceGrant(ports, grant);
  await consents.complete(consent._id, now());
  return showGrant(grant);
};
