import type { OAuthClient } from "@mailfleet/contracts";
import { clientSecretOf, completeOAuthClient } from "@mailfleet/oauth";
import type { ShownProfile } from "./body.ts";
import type { ServerOf } from "./server-for.ts";

/** The OAuth application of a profile, for the directions that use it; `null` if the profile has none. */
export function oauthClientOf(
  { _id, settings, oauthSecret }: Pick<ShownProfile, "_id" | "settings" | "oauthSecret">,
  directions: readonly ServerOf[],
): OAuthClient | null {
  const { oauth, inbound, outbound } = settings;
  if (!oauth) return null;
  const secret = oauthSecret
    ? clientSecretOf(oauthSecret, { owner: _id, purpose: "oauth-client", cloud: oauth.cloud })
    : null;
  return completeOAuthClient(oauth, { inbound, outbound, which: directions }, secret);
}

/** The kinds of secret with which an application can prove who it is. */
const proofs = {
  secret: ["client-secret"],
  certificate: ["client-certificate", "key-vault-certificate"],
  none: [],
} as const;

/** Whether the application lacks the secret with which it proves who it is. */
export function isClientSecretMissing({
  settings: { oauth },
  oauthSecret,
}: Pick<ShownProfile, "settings" | "oauthSecret">) {
  if (!oauth || oauth.flow === "service-account") return oauthSecret?.kind !== "service-account-key";
  const kinds: readonly string[] = proofs[oauth.clientAuthentication];
  return kinds.length > 0 && !kinds.includes(oauthSecret?.kind ?? "");
}

/** The directions that sign in through the profile's application. */
export function oauthDirections({ settings }: Pick<ShownProfile, "settings">): ServerOf[] {
  return (["inbound", "outbound"] as const).filter((direction) => settings[direction].credentials === "oauth");
}
