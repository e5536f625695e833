import { z } from "zod";
import { Instant } from "../ids.ts";
import { Sealed } from "../noun/sealed.ts";
import { fieldRules } from "../problem.ts";
import { MicrosoftCloud } from "./microsoft-clouds.ts";

/** Whose authorization server it is; `custom` names its endpoints itself. */
export const OAuthProvider = z.enum(["google", "microsoft", "custom"]);
export type OAuthProvider = z.infer<typeof OAuthProvider>;

/**
 * How tokens are granted: `sign-in` by each mailbox's user (authorization code with PKCE, RFC 7636, or device code,
 * RFC 8628), `application` to the application itself (client credentials, RFC 6749 §4.4), `service-account` to a
 * service account on behalf of each mailbox (JWT bearer, RFC 7523).
 */
export const OAuthFlow = z.enum(["sign-in", "application", "service-account"]);
export type OAuthFlow = z.infer<typeof OAuthFlow>;

/** How the application authenticates: a secret, or a certificate's key (`private_key_jwt`, RFC 7523 §2.2). */
export const ClientAuthentication = z.enum(["secret", "certificate", "none"]);
export type ClientAuthentication = z.infer<typeof ClientAuthentication>;

/**
 * An endpoint that somebody wrote: without user name, password, query or fragment. Plain http is taken here and refused
 * when connecting, unless it leads into a private network that the operator allows: that is how a rehearsal is reached.
 */
const url = z
  .url({ protocol: /^https?$/, error: fieldRules.url })
  .max(2000)
  .refine((text) => {
    // Anything that is not a URL was refused already, but zod still runs the later rules.
    if (!URL.canParse(text)) return true;
    const { username, password, search, hash } = new URL(text);
    return !username && !password && !search && !hash;
  }, fieldRules.urlParts);

/** A directory id or a verified domain of Microsoft Entra. */
export const TenantId = z
  .string()
  .max(253)
  .regex(
    /^(?:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,})$/i,
    fieldRules.tenant,
  );

/** Where tokens come from; what is absent comes from the provider's preset. */
export const OAuthEndpoints = z.strictObject({
  issuer: url.optional().describe("who signs the identities"),
  authorization: url.optional().describe("where the mailbox's user signs in"),
  token: url.optional().describe("where tokens are asked for"),
  deviceAuthorization: url.optional().describe("where a device code is asked for"),
  api: url.optional().describe("where the provider's mail API is"),
});
export type OAuthEndpoints = z.infer<typeof OAuthEndpoints>;

/** Options of the command line for an OAuth application; its endpoints stand instead of the provider's. */
export const applicationFlags = {
  provider: "provider",
  tenantId: "tenant <id or domain>",
  clientId: "client-id <id>",
  projectId: "project <id>",
  scopes: "scope <scope>",
  "endpoints/issuer": "issuer <url>",
  "endpoints/authorization": "authorization-url <url>",
  "endpoints/token": "token-url <url>",
  "endpoints/deviceAuthorization": "device-url <url>",
  "endpoints/api": "api-url <url>",
} as const;

/** How the mailboxes of a profile get their tokens. Secrets are set apart and never shown. */
export const OAuthSettings = z.strictObject({
  provider: OAuthProvider.describe("the provider of the tokens; google for the type gmail"),
  flow: OAuthFlow.default("sign-in").describe("how tokens are granted; default sign-in"),
  clientId: z.string().trim().min(1, "must not be empty").max(1024).optional().describe("not for service-account"),
  tenantId: TenantId.optional().describe("Microsoft"),
  cloud: MicrosoftCloud.optional().describe("Microsoft: which of its clouds; default global"),
  clientAuthentication: ClientAuthentication.default("secret").describe(
    "how the application proves itself; follows from the secret that is given",
  ),
  clientSecretExpiresAt: Instant.optional().describe(
    "when the client secret expires, as the provider shows it; Mailfleet warns before",
  ),
  /**
   * State of the consent screen at Google: while an external application is in `testing`, every consent ends after
   * seven days.
   */
  publishing: z.enum(["internal", "testing", "production"]).optional().describe("Google: state of the consent screen"),
  projectId: z.string().max(100).optional().describe("Google: the project that the key must belong to"),
  scopes: z
    .array(
      z
        .string()
        .min(1)
        .max(500)
        .regex(/^[\x21\x23-\x5b\x5d-\x7e]+$/, "must be a scope"),
    )
    .max(20)
    .optional()
    .describe("instead of the usual ones"),
  endpoints: OAuthEndpoints.optional(),
});
export type OAuthSettings = z.infer<typeof OAuthSettings>;

/** What can be shown of a service account's key. */
export const ServiceAccountShown = z.object({
  clientEmail: z.string().max(500),
  projectId: z.string().max(200),
  keyId: z.string().max(200),
  /** The numeric id that a Workspace administrator enters for domain-wide delegation. */
  clientId: z.string().max(200),
});
export type ServiceAccountShown = z.infer<typeof ServiceAccountShown>;

/**
 * Where the certificate of an application is kept instead of here: in Azure Key Vault, read by an application of its own,
 * whose client secret is what is sealed.
 */
export const KeyVaultReference = z.strictObject({
  url: url
    .max(200)
    .refine((text) => !URL.canParse(text) || new URL(text).pathname === "/", "must end with the host")
    .describe("the vault, e.g. https://contoso.vault.azure.net"),
  certificateName: z
    .string()
    .regex(/^[0-9a-z-]{1,127}$/i, "must be letters, digits and hyphens")
    .describe("name of the certificate in the vault"),
  certificateVersion: z
    .string()
    .regex(/^[0-9a-f]{32}$/i, "must be 32 hexadecimal digits")
    .optional()
    .describe("a version of it; the newest if absent, so that one that is renewed in the vault is used by itself"),
  clientId: z
    .string()
    .trim()
    .min(1, "must not be empty")
    .max(100)
    .describe("the application that may read the vault's secrets (Get)"),
});
export type KeyVaultReference = z.infer<typeof KeyVaultReference>;

/** The secret by which an application proves itself; of a certificate in a key vault, the one that reads it there. */
const OAuthSecretKind = z.enum(["client-secret", "client-certificate", "key-vault-certificate", "service-account-key"]);

/** What may be known of a certificate: its SHA-256, base64url (`x5t#S256`), and its end. */
export const CertificateShown = z.object({ thumbprint: z.string().max(100), expiresAt: Instant });
export type CertificateShown = z.infer<typeof CertificateShown>;

/** A sealed secret with what may be shown of it. */
export const SealedOAuthSecret = z.strictObject({
  kind: OAuthSecretKind,
  secret: Sealed,
  /** Of a service account's key. */
  serviceAccount: ServiceAccountShown.optional(),
  /** Of a certificate; of one in a key vault, what a worker read there last. */
  certificate: CertificateShown.optional(),
  /** Of a certificate in a key vault. */
  keyVault: KeyVaultReference.optional(),
});
export type SealedOAuthSecret = z.infer<typeof SealedOAuthSecret>;

/** What is shown of the secret that is set. */
export const OAuthSecretShown = SealedOAuthSecret.omit({ secret: true }).extend({ setAt: Instant });
export type OAuthSecretShown = z.infer<typeof OAuthSecretShown>;

/** Everything with which an authorization server is asked for a token, except the grant itself. */
export const OAuthClient = z.object({
  provider: OAuthProvider,
  flow: OAuthFlow,
  /** Empty for a service account. */
  clientId: z.string(),
  clientAuthentication: ClientAuthentication,
  secret: z
    .object({
      kind: OAuthSecretKind,
      sealed: Sealed,
      /** Whose it is and what for; with the token endpoint they make the additional data under which it opens. */
      owner: z.string(),
      purpose: z.enum(["oauth-client", "notify-oauth"]),
      thumbprint: z.string().optional(),
      /** Where the certificate is read, and the scope of the token for it. */
      keyVault: KeyVaultReference.extend({ scope: z.string() }).optional(),
    })
    .nullable(),
  issuer: z.string(),
  authorizationEndpoint: z.string(),
  tokenEndpoint: z.string(),
  deviceAuthorizationEndpoint: z.string().nullable(),
  apiUrl: z.string().nullable(),
  scopes: z.array(z.string()),
  publishing: z.enum(["internal", "testing", "production"]).optional(),
});
export type OAuthClient = z.infer<typeof OAuthClient>;
