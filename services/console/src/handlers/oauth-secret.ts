import type { SealedOAuthSecret } from "@mailfleet/contracts";
import { z } from "zod";
import type { ConsolePorts } from "../ports.ts";
import { refuseOverPlainHttp, type SealingPorts, sealSecret } from "./credentials.ts";

/** Longest text that is sealed: what is sealed must fit into one request on the bus. */
const longest = 20_000;

/** With what an OAuth application proves itself, as a person sends it: exactly one of the three. */
export const OAuthSecret = z
  .strictObject({
    clientSecret: z.string().trim().min(1, "must not be empty").max(4000).optional(),
    certificate: z.string().max(longest).optional().describe("PEM: the certificate and its private key"),
    serviceAccountKey: z
      .union([z.string().max(longest), z.record(z.string(), z.unknown())], {
        error: "must be the JSON key of a service account, as text or as an object",
      })
      .optional()
      .describe("the JSON key as it was downloaded"),
  })
  .refine((secret) => Object.values(secret).filter((one) => one !== undefined).length === 1, {
    error: "must be one of clientSecret, certificate and serviceAccountKey",
  });
export type OAuthSecret = z.infer<typeof OAuthSecret>;

/**
 * Checks the secret of an OAuth application and seals it for its profile, or for the notification mail server. What can
 * be shown of it is kept beside it.
 * @throws PLAIN_HTTP, KEY_*, CERTIFICATE_UNUSABLE
 */
export async function sealOAuthSecret(
  ports: SealingPorts & Pick<ConsolePorts, "oauthSecrets">,
  ownerId: string,
  destination: string,
  projectId: string | undefined,
  { clientSecret, certificate, serviceAccountKey }: OAuthSecret,
  purpose: "oauth-client" | "notify-oauth" = "oauth-client",
): Promise<SealedOAuthSecret> {
  refuseOverPlainHttp(ports);
  const seal = (text: string) => sealSecret(ports, ownerId, purpose, destination, text);
  if (serviceAccountKey !== undefined) {
    const text = typeof serviceAccountKey === "string" ? serviceAccountKey : JSON.stringify(serviceAccountKey);
    const key = await ports.oauthSecrets.serviceAccountKey(text, projectId);
    return { kind: "service-account-key", secret: await seal(key.text), serviceAccount: key.shown };
  }
  if (certificate !== undefined) {
    const { text, thumbprint, expiresAt } = await ports.oauthSecrets.clientCertificate(certificate);
    return { kind: "client-certificate", secret: await seal(text), certificate: { thumbprint, expiresAt } };
  }
  return { kind: "client-secret", secret: await seal(clientSecret ?? "") };
}
