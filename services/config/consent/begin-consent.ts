import { ProblemError, type RequestArguments } from "@mailfleet/contracts";
import { authorizationUrl } from "@mailfleet/oauth";
import type { ShownMailbox } from "../mailbox/body.ts";
import type { Handler, Ports } from "../ports.ts";
import { oauthClientOf, oauthDirections } from "../profile/oauth-client.ts";
import type { ConsentDocument } from "./store.ts";

const consentMs = 10 * 60_000;
const kept = 3_600_000;
const maximumOpen = 50;

/** `config.consent.begin`: remembers a sign-in and says where the browser goes. */
export const beginConsent: Handler<"config.consent.begin"> = async (ports, input) => {
  const { consents, now } = ports;
  const at = now();
  const { mailbox, profile, client } = await signInOf(ports, input.mailboxId);
  if ((await consents.countOpen(input.mailboxId, at)) >= maximumOpen)
    throw new ProblemError("TOO_MANY", "Too many sign-ins for this mailbox were begun but not completed.", {
      remedy: "Wait ten minutes.",
    });
  const deviceOffered = client.deviceAuthorizationEndpoint !== null;
  if (input.flow === "device" && !deviceOffered)
    throw new ProblemError("NOT_POSSIBLE_NOW", "The provider offers no device code for mail.", {
      remedy: "Use the sign-in link of the mailbox in a browser.",
    });
  const authorization = input.flow === "code" ? authorizationOf(input) : null;
  const endsAt = at + consentMs;
  await consents.insert({
    _id: input.consentId,
    mailboxId: mailbox._id,
    ownership: mailbox.ownership,
    profileId: profile._id,
    tokenEndpoint: client.tokenEndpoint,
    profileV: profile.v,
    by: input.by,
    flow: input.flow,
    ...(authorization ?? {}),
    createdAt: at,
    endsAt,
    expireAt: new Date(endsAt + kept),
  });
  const { address } = mailbox.configuration;
  return {
    consentId: input.consentId,
    expiresAt: endsAt,
    authorizationUrl: authorization
      ? authorizationUrl(client, {
          redirectUri: authorization.redirectUri,
          challenge: input.challenge ?? "",
          loginHint: address,
        })
      : null,
    deviceOffered,
  };
};

function authorizationOf(input: RequestArguments<"config.consent.begin">) {
  const { stateHash, browserHash, verifier, challenge, redirectUri } = input;
  if (!stateHash || !browserHash || !verifier || !challenge || !redirectUri)
    throw new ProblemError("INVALID", "The flow code needs state, browser, verifier, challenge and redirect.");
  return { stateHash, browserHash, verifier, redirectUri };
}

/** A sign-in that began before address or owner changed cannot be completed. @throws NOT_POSSIBLE_NOW */
export function refuseFormerOwner(
  consent: Pick<ConsentDocument, "ownership">,
  mailbox: Pick<ShownMailbox, "ownership">,
): void {
  if (consent.ownership === mailbox.ownership) return;
  throw new ProblemError("NOT_POSSIBLE_NOW", "The mailbox's address or owner has changed since this sign-in began.", {
    remedy: "Begin the sign-in again.",
  });
}

/** The application through which a mailbox's user signs in. @throws ProblemError if there is nothing to sign in to */
export async function signInOf(ports: Ports, mailboxId: string) {
  const mailbox = await ports.documents.mailbox.get(mailboxId);
  const profile = await ports.worlds.profile(mailbox.configuration.profileId, { fresh: true });
  const directions = oauthDirections(profile);
  const client = directions.length > 0 ? oauthClientOf(profile, directions) : null;
  if (client?.flow !== "sign-in")
    throw new ProblemError("NOT_POSSIBLE_NOW", "The mailboxes of this profile need no sign-in.", {
      remedy: "You need not do anything, or choose a profile whose mailboxes sign in.",
    });
  return { mailbox, profile, client };
}
