import { ProblemError } from "@mailfleet/contracts";
import type { Handler } from "../ports.ts";
import { refuseFormerOwner, signInOf } from "./begin-consent.ts";

/** `config.consent.get`: what a worker needs to complete it; only while it is not completed, and in time. */
export const getConsent: Handler<"config.consent.get"> = async (ports, { consentId }) => {
  const consent = await ports.consents.load(consentId);
  if (!consent) throw new ProblemError("STATE_UNKNOWN", "There is no such sign-in.");
  if (consent.completedAt !== undefined)
    throw new ProblemError("STATE_REPLAYED", "This sign-in has already been completed.");
  if (consent.flow === "code" && consent.takenAt === undefined)
    throw new ProblemError("STATE_UNKNOWN", "This sign-in has not come back yet.");
  if ((consent.device?.expiresAt ?? consent.endsAt) <= ports.now())
    throw new ProblemError("STATE_EXPIRED", "The sign-in took too long.", { remedy: "Begin it again." });
  const { mailbox, profile, client } = await signInOf(ports, consent.mailboxId);
  refuseFormerOwner(consent, mailbox);
  if (profile._id !== consent.profileId)
    throw new ProblemError("NOT_POSSIBLE_NOW", "The mailbox has a different profile now.", {
      remedy: "Begin the sign-in again.",
    });
  if (client.tokenEndpoint !== consent.tokenEndpoint)
    throw new ProblemError("NOT_POSSIBLE_NOW", "The profile names a different authorization server now.", {
      remedy: "Begin the sign-in again.",
    });
  return {
    consentId,
    mailboxId: mailbox._id,
    address: mailbox.configuration.address,
    by: consent.by,
    client,
    redirectUri: consent.redirectUri ?? null,
    verifier: consent.verifier ?? null,
    device: consent.device ?? null,
  };
};

/** `config.consent.keep-device`: the device code, sealed, for the looks that follow. */
export const keepDeviceConsent: Handler<"config.consent.keep-device"> = async (ports, { consentId, device }) => {
  await ports.consents.keepDevice(consentId, device);
  return {};
};
