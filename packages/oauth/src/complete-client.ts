import {
  connectorDescriptors,
  type InboundProtocol,
  type OAuthClient,
  type OAuthSettings,
  type OutboundProtocol,
  providerPresets,
} from "@mailfleet/contracts";

/** The protocols of a profile, and which of its directions sign in through the application. */
export interface ClientProtocols {
  readonly inbound: InboundProtocol;
  readonly outbound: OutboundProtocol;
  readonly which: readonly ("inbound" | "outbound")[];
}

/** Any organisation's directory. An application that signs in by itself cannot use it. */
const anyTenant = "organizations";

/** The complete application of a profile: the provider's preset fills in what the settings leave out. */
export function completeOAuthClient(
  settings: OAuthSettings,
  protocols: ClientProtocols,
  secret: OAuthClient["secret"],
): OAuthClient {
  const { provider, flow, endpoints = {} } = settings;
  const preset = provider === "custom" ? null : providerPresets[provider];
  const ofTenant = (url: string) => url.replaceAll("{tenant}", settings.tenantId ?? anyTenant);
  return {
    provider,
    flow,
    clientId: settings.clientId ?? "",
    clientAuthentication: settings.clientAuthentication,
    secret,
    issuer: ofTenant(endpoints.issuer ?? preset?.issuer ?? ""),
    authorizationEndpoint: ofTenant(endpoints.authorization ?? preset?.authorization ?? ""),
    tokenEndpoint: ofTenant(endpoints.token ?? preset?.token ?? ""),
    deviceAuthorizationEndpoint: nullable(endpoints.deviceAuthorization ?? preset?.deviceAuthorization, ofTenant),
    apiUrl: endpoints.api ?? preset?.api ?? null,
    scopes: [...new Set(settings.scopes ?? presetScopes(provider, flow, protocols))],
    ...(settings.publishing ? { publishing: settings.publishing } : {}),
  };
}

function nullable(url: string | null | undefined, complete: (url: string) => string): string | null {
  return url ? complete(url) : null;
}

function presetScopes(
  provider: OAuthSettings["provider"],
  flow: OAuthSettings["flow"],
  { which, ...protocols }: ClientProtocols,
): string[] {
  if (provider === "custom") return [];
  return which.flatMap((direction) => {
    const { applicationScopes, scopes } = connectorDescriptors[protocols[direction]];
    const ofApplication = flow === "application" ? applicationScopes[provider] : undefined;
    return ofApplication ?? scopes[provider]?.[direction] ?? [];
  });
}
