import { ProblemError, type SealedCredentials, type SealPurpose, sealedFor } from "@mailfleet/contracts";

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
  const expected = sealedFor(ownerId, purpose);
  if (Buffer.from(credentials.password.aad, "base64url").toString("utf8") !== expected)
    throw new ProblemError("INVALID", `${pointer}/password/aad was sealed for something else`, {
      remedy: `Seal the password with the additional data ${expected}.`,
      errors: [{ pointer: `${pointer}/password/aad`, reason: `must be ${expected}` }],
    });
  return { username: credentials.username, password: credentials.password, setAt };
}
