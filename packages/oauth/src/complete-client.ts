import {
  connectorDescriptors,
  type InboundServer,
  inCloud,
  type OAuthClient,
  type OAuthSettings,
  type OutboundServer,
  providerPresets,
} from "@mailfleet/contracts";

/** The servers of a profile, and which of its directions sign in through the application. */
export interface ClientServers {
  readonly inbound: Pick<InboundServer, "protocol" | "host">;
  readonly outbound: Pick<OutboundServer, "protocol" | "host">;
  readonly which: readonly ("inbound" | "outbound")[];
}

/** Any organisation's directory. An application that signs in by itself cannot use it. */
const anyTenant = "organizations";

/** The complete application of a profile: the provider's preset fills in what the settings leave out. */
export function completeOAuthClient(
  settings: OAuthSettings,
  servers: ClientServers,
  secret: OAuthClient["secret"],
): OAuthClient {
  const { provider, flow, endpoints = {} } = settings;
  const preset = provider === "custom" ? null : providerPresets[provider];
  const ofTenant = (url: string) => inCloud(settings.cloud, url).replaceAll("{tenant}", settings.tenantId ?? anyTenant);
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
    apiUrl: nullable(endpoints.api ?? preset?.api, (url) => inCloud(settings.cloud, url)),
    scopes: [
      ...new Set(settings.scopes ?? presetScopes(provider, flow, servers).map((one) => inCloud(settings.cloud, one))),
    ],
    ...(settings.publishing ? { publishing: settings.publishing } : {}),
  };
}

function nullable(url: string | null | undefined, complete: (url: string) => string): string | null {
  return url ? complete(url) : null;
}

function presetScopes(
  provider: OAuthSettings["provider"],
  flow: OAuthSettings["flow"],
  { which, ...servers }: ClientServers,
): string[] {
  if (provider === "custom") return [];
  return which.flatMap((direction) => {
    const { protocol, host } = servers[direction];
    const { applicationScopes, scopes } = connectorDescriptors[protocol];
    const ofApplication = flow === "application" ? applicationScopes[provider] : undefined;
    return ofApplication?.replace("{host}", host) ?? scopes[provider]?.[direction] ?? [];
  });
}
