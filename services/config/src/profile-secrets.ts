import type { SealedCredentials, SealedOAuthSecret } from "@mailfleet/contracts";
import { keptCredentials, keptOAuthSecret } from "./credentials.ts";
import type { ProfileSecrets } from "./profile-change.ts";

/** What came sealed with a profile. */
interface GivenSecrets {
  readonly inboundCredentials?: SealedCredentials | null;
  readonly outboundCredentials?: SealedCredentials | null;
  readonly oauthSecret?: SealedOAuthSecret | null;
}

/** Sealed secrets as they are kept; what is absent stays absent, `null` stays `null`. @throws ProblemError INVALID */
export function keptSecrets<Given extends GivenSecrets>(
  { inboundCredentials, outboundCredentials, oauthSecret }: Given,
  profileId: string,
  at: number,
): { [Name in keyof ProfileSecrets]: ProfileSecrets[Name] | Extract<Given[Name & keyof Given], null> } {
  const kept = {
    inboundCredentials:
      inboundCredentials &&
      keptCredentials(inboundCredentials, profileId, "inbound-password", "/inboundCredentials", at),
    outboundCredentials:
      outboundCredentials &&
      keptCredentials(outboundCredentials, profileId, "outbound-password", "/outboundCredentials", at),
    oauthSecret: oauthSecret && keptOAuthSecret(oauthSecret, profileId, at),
  };
  return Object.fromEntries(Object.entries(kept).filter(([, value]) => value !== undefined)) as never;
}
