import { createHmac } from "node:crypto";
import type { Secret } from "@mailfleet/contracts";

/** The headers of Standard Webhooks 1.0.0: one signature for each secret, so that a receiver may know either. */
export function signedHeaders(
  { id, atSeconds, body }: { readonly id: string; readonly atSeconds: number; readonly body: string },
  secrets: readonly Secret[],
): Record<string, string> {
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.reveal().replace(/^whsec_/, ""), "base64");
    return `v1,${createHmac("sha256", key).update(`${id}.${atSeconds}.${body}`).digest("base64")}`;
  });
  return {
    "webhook-id": id,
    "webhook-timestamp": String(atSeconds),
    "webhook-signature": signatures.join(" "),
  };
}
