import { ProblemError } from "@mailfleet/contracts";
import type { Handler, Ports } from "../ports.ts";
import { oauthClientOf, oauthDirections } from "../profile/oauth-client.ts";
import { refuseFormerOwner } from "./begin-consent.ts";
import type { ConsentDocument } from "./store.ts";

const again = { remedy: "Open the sign-in link of the mailbox again, and complete it in one browser." };

/**
 * `config.consent.take`: uses up a `state`: once, in time, in the browser that began it, from the server it was sent to
 * (RFC 9700 §4.7, RFC 9207).
 */
export const takeConsent: Handler<"config.consent.take"> = async (ports, { stateHash, browserHash, issuer }) => {
  const { consents, documents, now } = ports;
  const consent = await consents.findByState(stateHash);
  if (!consent)
    throw new ProblemError("STATE_UNKNOWN", "This sign-in did not begin here, or it began too long ago.", again);
  if (consent.browserHash !== browserHash)
    throw new ProblemError("REDIRECT_FROM_ANOTHER_BROWSER", "This sign-in began in another browser.", again);
  if (consent.takenAt !== undefined)
    throw new ProblemError("STATE_REPLAYED", "This sign-in has already been completed.", again);
  if (consent.endsAt <= now())
    throw new ProblemError("STATE_EXPIRED", "The sign-in took longer than ten minutes.", again);
  if (issuer !== undefined) await refuseOtherIssuer(ports, consent, issuer);
  if (!(await consents.take(consent._id, now())))
    throw new ProblemError("STATE_REPLAYED", "This sign-in has already been completed.", again);
  const mailbox = await documents.mailbox.get(consent.mailboxId);
  refuseFormerOwner(consent, mailbox);
  const { mailboxId, ownership } = consent;
  return { consentId: consent._id, mailboxId, ownership, address: mailbox.configuration.address };
};

async function refuseOtherIssuer({ worlds }: Ports, consent: ConsentDocument, issuer: string): Promise<void> {
  const profile = await worlds.profile(consent.profileId);
  const expected = oauthClientOf(profile, oauthDirections(profile))?.issuer ?? "";
  // Microsoft answers with the issuer of the directory it found, whichever was asked for.
  if (expected === issuer || (profile.settings.oauth?.provider === "microsoft" && sameOrigin(expected, issuer))) return;
  throw new ProblemError(
    "REDIRECT_FROM_ANOTHER_ORIGIN",
    `The sign-in came back from ${issuer.slice(0, 200)}, not from ${expected}.`,
    again,
  );
}

function sameOrigin(one: string, other: string): boolean {
  return URL.canParse(one) && URL.canParse(other) && new URL(one).origin === new URL(other).origin;
}
