import { z } from "zod";
import { Instant } from "../ids.ts";
import { Sealed, SealedCredentials, SealedMailboxCredentials, type SealPurpose } from "./sealed.ts";

/** A secret of a noun: written in plain text to the console, sealed there, and never shown again. */
export interface SecretField<
  Plain extends z.ZodType = z.ZodType,
  Sealed extends z.ZodType = z.ZodType,
  Shown extends z.ZodType = z.ZodType,
> {
  readonly kind: "credentials" | "oauth-secret" | "signing-secret";
  /** Part of the additional data it is sealed with. */
  readonly purpose: SealPurpose;
  readonly text: string;
  /** The secret in whose place it is put later. It stands beside that one, and is set only by its own command. */
  readonly replaces?: string;
  /** As a person sends it. */
  readonly plain: Plain;
  /** As it travels and is kept. */
  readonly sealed: Sealed;
  /** What may be seen of it. */
  readonly shown: Shown;
}

/** A user name and a password as a person sends them. The console seals the password before it goes anywhere. */
export const Credentials = z.strictObject({
  username: z.string().min(1, "must not be empty").max(250),
  password: z.string().min(1, "must not be empty").max(4000).describe("sealed at once, never shown again"),
});
export type Credentials = z.infer<typeof Credentials>;

/** What is shown of credentials: for whom they are, and when they were set. */
export const CredentialsShown = z.object({ username: z.string(), setAt: Instant }).nullable();

/** Declares a user name and a password. */
export const credentials = (purpose: SealPurpose, text: string) =>
  ({
    kind: "credentials",
    purpose,
    text,
    plain: Credentials,
    sealed: SealedCredentials,
    shown: CredentialsShown,
  }) as const satisfies SecretField;

/** Declares a mailbox's user name and password, sealed for each of its two servers. */
export const mailboxCredentials = (text: string) =>
  ({ ...credentials("mailbox-password", text), sealed: SealedMailboxCredentials }) as const satisfies SecretField;

/** A secret that signs webhooks (Standard Webhooks 1.0.0): `whsec_` and 24 to 64 random bytes as base64. */
export const SigningSecret = z.strictObject({
  secret: z
    .string()
    .trim()
    .regex(/^whsec_[A-Za-z0-9+/]{32,86}={0,2}$/, "must be whsec_ and 24 to 64 random bytes as base64")
    .describe("sealed at once, never shown again"),
});
export type SigningSecret = z.infer<typeof SigningSecret>;

/** Declares a secret that signs. */
export const signingSecret = (text: string) =>
  ({
    kind: "signing-secret",
    purpose: "webhook-signing",
    text,
    plain: SigningSecret,
    sealed: z.strictObject({ secret: Sealed }),
    shown: z.object({ setAt: Instant }).nullable(),
  }) as const satisfies SecretField;
