import { z } from "zod";

/**
 * A secret that only the holder of a private key can open: flattened JWE (RFC 7516 §7.2.2), X25519 with
 * ECDH-ES+A256KW and A256GCM. The additional data bind it to its owner and purpose.
 */
export const Sealed = z.strictObject({
  protected: z.string().max(4000),
  encrypted_key: z.string().max(4000),
  iv: z.string().max(100),
  ciphertext: z.string().max(40_000),
  tag: z.string().max(100),
  aad: z.string().max(500),
});
export type Sealed = z.infer<typeof Sealed>;

/** A user name and a sealed password. */
export const SealedCredentials = z.strictObject({
  username: z.string().min(1, "must not be empty").max(250),
  password: Sealed,
});
export type SealedCredentials = z.infer<typeof SealedCredentials>;

/** What a sealed secret is for; part of its additional data, so that it opens only there. */
export type SealPurpose =
  | "mailbox-password"
  | "inbound-password"
  | "outbound-password"
  | "relay-password"
  | "oauth-client"
  | "oauth-grant"
  | "oauth-code"
  | "oauth-verifier"
  | "notify-oauth";

/** The additional data of a sealed secret: `<mailboxId or profileId or "notifications">|<purpose>`. */
export function sealedFor(ownerId: string, purpose: SealPurpose): string {
  return `${ownerId}|${purpose}`;
}
