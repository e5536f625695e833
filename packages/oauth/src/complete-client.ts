import {
  connectorDescriptors,
  type InboundServer,
  inCloud,
  type KeyVaultReference,
  type OAuthClient,
  type OAuthSettings,
  type OutboundServer,
  providerPresets,
  type SealedOAuthSecret,
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

/** What a token for a key vault is for, in the public cloud. */
const keyVaultScope = "https://vault.azure.net/.default";

/** The secret of an application as a client has it: whose it is and what for, and where a certificate is read. */
export function clientSecretOf(
  { kind, secret, certificate, keyVault }: SealedOAuthSecret,
  {
    owner,
    purpose,
    cloud,
  }: Pick<NonNullable<OAuthClient["secret"]>, "owner" | "purpose"> & Pick<OAuthSettings, "cloud">,
): NonNullable<OAuthClient["secret"]> {
  return {
    ...{ kind, sealed: secret, owner, purpose },
    ...(certificate && { thumbprint: certificate.thumbprint }),
    ...(keyVault && { keyVault: { ...keyVault, scope: inCloud(cloud, keyVaultScope) } }),
  };
}

/** Domains of Microsoft's authorization servers, in all its clouds and under their older names. */
const microsoftDomains = [
  "microsoftonline.com",
  "microsoftonline.us",
  "microsoftonline.cn",
  "microsoftonline.de",
  "microsoftonline-p.com",
  "chinacloudapi.cn",
  "microsoft.com",
  "windows.net",
];

/** What of an application says whether its certificate may be in a key vault. */
type VaultUser = Pick<OAuthSettings, "provider" | "tenantId" | "cloud"> & {
  readonly endpoints?: { readonly token?: string | undefined } | undefined;
};

/**
 * Why the certificate of this application cannot be in this vault, as JSON pointers below `keyVault` and reasons. A token
 * of Microsoft's goes to no host but a vault's, whoever named Microsoft's endpoint: whoever had it could read the vault
 * with it. Only a rehearsal, whose tokens are its own, may have the vault anywhere, without TLS on this machine only.
 */
export function keyVaultProblems(
  { provider, tenantId, cloud, endpoints }: VaultUser,
  { url }: Pick<KeyVaultReference, "url">,
): { pointer: string; reason: string }[] {
  const vault = new URL(url);
  const domain = `.${inCloud(cloud, "vault.azure.net")}`;
  const rehearsed = endpoints?.token !== undefined && !isMicrosoft(endpoints.token);
  const broken = [
    { pointer: "", reason: "is only for Microsoft", is: provider !== "microsoft" },
    { pointer: "", reason: "needs the tenant of the application", is: tenantId === undefined },
    {
      pointer: "/url",
      reason: `must begin with https and end with ${domain}`,
      is: !rehearsed && !(vault.protocol === "https:" && vault.hostname.endsWith(domain)),
    },
    {
      pointer: "/url",
      reason: "must begin with https",
      is: rehearsed && vault.protocol !== "https:" && !isLoopback(vault.hostname),
    },
  ];
  return broken.filter(({ is }) => is).map(({ pointer, reason }) => ({ pointer, reason }));
}

function isMicrosoft(url: string): boolean {
  const host = `.${new URL(url).hostname.replace(/\.$/, "")}`;
  return microsoftDomains.some((domain) => host.endsWith(`.${domain}`));
}

const isLoopback = (host: string) => host === "localhost" || host === "[::1]" || /^127(\.\d+){3}$/.test(host);

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
