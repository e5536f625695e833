import type { OAuthSecret, SealedOAuthSecret } from "@mailfleet/contracts";
import type { ConsolePorts } from "../ports.ts";
import { refuseOverPlainHttp, type SealingPorts, sealSecret } from "./seal.ts";

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
