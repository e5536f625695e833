import {
  ProblemError,
  type Sealed,
  type SealedCredentials,
  type SealedOAuthSecret,
  type SealPurpose,
  sealedFor,
} from "@mailfleet/contracts";

/** Credentials as they are kept. */
export interface KeptCredentials {
  username: string;
  password: SealedCredentials["password"];
  setAt: number;
}

/**
 * Sealed credentials that were sealed for this owner and purpose. The additional data are base64url in the sealed form
 * (RFC 7516 §7.2.1). Whoever seals for another owner made a mistake that nobody could open later: INVALID.
 */
export function keptCredentials(
  credentials: SealedCredentials,
  ownerId: string,
  purpose: SealPurpose,
  pointer: string,
  setAt: number,
): KeptCredentials {
  refuseWronglySealed(credentials.password, ownerId, purpose, `${pointer}/password`);
  return { username: credentials.username, password: credentials.password, setAt };
}

/** The secret of an OAuth application that was sealed for this profile. @throws ProblemError INVALID */
export function keptOAuthSecret(
  secret: SealedOAuthSecret,
  profileId: string,
  setAt: number,
): SealedOAuthSecret & { setAt: number } {
  refuseWronglySealed(secret.secret, profileId, "oauth-client", "/oauthSecret/secret");
  return { ...secret, setAt };
}

function refuseWronglySealed(sealed: Sealed, ownerId: string, purpose: SealPurpose, pointer: string): void {
  const expected = sealedFor(ownerId, purpose);
  if (Buffer.from(sealed.aad, "base64url").toString("utf8") === expected) return;
  throw new ProblemError("INVALID", `${pointer}/aad was sealed for something else`, {
    remedy: `Seal the secret with the additional data ${expected}.`,
    errors: [{ pointer: `${pointer}/aad`, reason: `must be ${expected}` }],
  });
}
