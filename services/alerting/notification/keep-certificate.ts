import type { RequestInput } from "@mailfleet/contracts";
import { singleId } from "@mailfleet/kit";
import type { AlertingPorts } from "../ports.ts";
import { completed } from "./body.ts";
import { clearSecretAlerts } from "./watch-secret.ts";

/** Keeps what was read of a certificate in a key vault. Of another one than before, the end is watched anew. */
export async function keepCertificate(
  ports: Pick<AlertingPorts, "documents" | "now" | "wall" | "kick">,
  { secret, certificate }: RequestInput<"alerting.notification-settings.keep-certificate">,
): Promise<Record<string, never>> {
  const at = ports.now();
  const key = `certificate/${crypto.randomUUID()}`;
  const { outcome } = await ports.documents["notification-settings"].change(singleId, { key, at }, (stored) => {
    const { oauthSecret, ...rest } = completed(stored);
    if (!oauthSecret?.keyVault || oauthSecret.secret.tag !== secret)
      return { ignored: "there is another secret by now" };
    if (oauthSecret.certificate?.thumbprint === certificate.thumbprint) return { ignored: "it is known" };
    return { after: { ...rest, oauthSecret: { ...oauthSecret, certificate }, secretExpirySetAt: at }, quiet: true };
  });
  if (outcome === "accepted") await clearSecretAlerts(ports);
  ports.kick("secret");
  return {};
}
