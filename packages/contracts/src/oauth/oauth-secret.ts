import { z } from "zod";
import { Sealed, type SealPurpose } from "../noun/sealed.ts";
import type { SecretField } from "../noun/secret-field.ts";
import { CertificateShown, KeyVaultReference, OAuthSecretShown, SealedOAuthSecret } from "./oauth.ts";

/** Longest text that is sealed: what is sealed must fit into one request on the bus. */
const longest = 20_000;

/** How an OAuth application proves itself, as a person sends it: exactly one of the four. */
export const OAuthSecret = z
  .strictObject({
    clientSecret: z.string().trim().min(1, "must not be empty").max(4000).optional(),
    certificate: z.string().max(longest).optional().describe("PEM: the certificate and its private key"),
    keyVault: KeyVaultReference.extend({
      clientSecret: z
        .string()
        .trim()
        .min(1, "must not be empty")
        .max(4000)
        .describe("the secret of the application that may read the vault"),
    })
      .optional()
      .describe("the certificate in Azure Key Vault, which is read there when it is needed"),
    serviceAccountKey: z
      .union([z.string().max(longest), z.record(z.string(), z.unknown())], {
        error: "must be the JSON key of a service account, as text or as an object",
      })
      .optional()
      .describe("the JSON key as it was downloaded"),
  })
  .refine((secret) => Object.values(secret).filter((one) => one !== undefined).length === 1, {
    error: "must be one of clientSecret, certificate, keyVault and serviceAccountKey",
  });
export type OAuthSecret = z.infer<typeof OAuthSecret>;

/**
 * What is told of a certificate in a key vault when it was read. `secret` is the tag of the sealed secret that opened the
 * vault: where there is another by now, nothing is kept.
 */
export const certificateRead = { secret: Sealed.shape.tag, certificate: CertificateShown } as const;

/** Declares the secret of an OAuth application. */
export const oauthSecret = (purpose: SealPurpose, text: string) =>
  ({
    kind: "oauth-secret",
    purpose,
    text,
    plain: OAuthSecret,
    sealed: SealedOAuthSecret,
    shown: OAuthSecretShown.nullable(),
  }) as const satisfies SecretField;
