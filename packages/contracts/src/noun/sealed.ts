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

/** A mailbox's user name and its password, sealed once for each of the two servers that it may go to. */
export const SealedMailboxCredentials = z.strictObject({
  username: SealedCredentials.shape.username,
  passwords: z.strictObject({ inbound: Sealed, outbound: Sealed }),
});
export type SealedMailboxCredentials = z.infer<typeof SealedMailboxCredentials>;

/** What a secret that is kept is for; part of its additional data, so that it opens only there. */
export type SealPurpose =
  | "mailbox-password"
  | "inbound-password"
  | "outbound-password"
  | "relay-password"
  | "oauth-client"
  | "oauth-grant"
  | "notify-oauth"
  | "webhook-signing";

/** What is sealed for the minutes of one sign-in; the consent says where it goes. */
type SignInPurpose = "oauth-code" | "oauth-verifier";

/**
 * The additional data of a sealed secret: `<mailboxId or profileId or "notifications">|<purpose>|<destination>`. The
 * process that opens it names the destination to which it is about to send it, so that a secret never goes to a server
 * that it was not entered for.
 */
export function sealedFor(ownerId: string, purpose: SealPurpose, destination: string): string;
export function sealedFor(ownerId: string, purpose: SignInPurpose): string;
export function sealedFor(ownerId: string, purpose: SealPurpose | SignInPurpose, destination?: string): string {
  return destination === undefined ? `${ownerId}|${purpose}` : `${ownerId}|${purpose}|${destination}`;
}

/** The additional data that a sealed form carries; base64url in the form itself (RFC 7516 §7.2.1). */
export function sealedAs({ aad }: Pick<Sealed, "aad">): string {
  return Buffer.from(aad, "base64url").toString("utf8");
}

/** Where a password goes: `imap mail.example.org:993`. */
export function serverDestination(server: { protocol: string; host: string; port: number }): string {
  return `${server.protocol} ${server.host.toLowerCase()}:${server.port}`;
}

/**
 * Where the secret of an OAuth application goes: to the token endpoint. What it gets there for a key vault goes on to
 * that vault, and so that is named, too.
 */
export function secretDestination(token: string, vault: { readonly url: string } | undefined): string {
  return vault ? `${token} ${tokenDestination(vault.url)}` : token;
}

/** Where an application's secret goes, and what its users granted: the origin of the token endpoint. */
export function tokenDestination(tokenEndpoint: string): string {
  return URL.canParse(tokenEndpoint) ? new URL(tokenEndpoint).origin : tokenEndpoint;
}
