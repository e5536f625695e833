import type { RequestInput } from "@mailfleet/contracts";
import type { Ports } from "../ports.ts";
import type { ProfileBody } from "./body.ts";

/**
 * Keeps what a worker read of a certificate in a key vault, with the secret that opens the vault, so that people are
 * warned before its end. A worker tells it each time it reads the vault.
 */
export async function keepCertificate(
  { documents, now }: Pick<Ports, "documents" | "now">,
  { profileId, secret, certificate }: RequestInput<"config.profile.keep-certificate">,
): Promise<Record<string, never>> {
  const key = `certificate/${crypto.randomUUID()}`;
  await documents.profile.change(profileId, { key, at: now() }, (before) => {
    const name = (["oauthSecret", "nextOauthSecret"] as const).find((one) => before[one]?.secret.tag === secret);
    const kept = name && before[name];
    if (!name || !kept?.keyVault) return { ignored: "it has another secret by now" };
    if (kept.certificate?.thumbprint === certificate.thumbprint) return { ignored: "it is known" };
    const after: ProfileBody = { ...before, [name]: { ...kept, certificate } };
    return { after, quiet: true };
  });
  return {};
}
