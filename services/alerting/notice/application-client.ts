import {
  type ConnectionCredentials,
  connectorDescriptors,
  type OAuthClient,
  providerPresets,
} from "@mailfleet/contracts";
import { clientSecretOf } from "@mailfleet/oauth";
import type { UsableSettings } from "./channel.ts";

/** The input of a token request. */
export type TokenRequest = Extract<ConnectionCredentials, { type: "oauth" }>;

/** Gmail's API and its SMTP server accept this scope; a narrower one can be set. */
const googleScope = "https://mail.google.com/";

/** The address of the API that these settings name. */
export function apiUrlOf({ application }: UsableSettings): string {
  const provider = application?.provider ?? "microsoft";
  return application?.endpoints?.api ?? providerPresets[provider].api;
}

/** The application of these settings as a client of its authorization server, that acts for `username`. */
export function tokenRequestOf(settings: UsableSettings, username: string): TokenRequest {
  return { type: "oauth", holder: "notifications", username, client: clientOf(settings), grant: null };
}

function clientOf(settings: UsableSettings): OAuthClient {
  const { application, oauthSecret, mode } = settings;
  const provider = application?.provider ?? "microsoft";
  const preset = providerPresets[provider];
  const tenant = (url: string) => url.replaceAll("{tenant}", application?.tenantId ?? "");
  const endpoints = application?.endpoints;
  const { applicationScopes } = connectorDescriptors[mode === "api" ? "graph" : "smtp"];
  const usual = (provider === "google" ? googleScope : applicationScopes.microsoft) ?? "";
  return {
    provider,
    flow: provider === "google" ? "service-account" : "application",
    clientId: application?.clientId ?? "",
    clientAuthentication: oauthSecret?.kind === "client-secret" ? "secret" : "certificate",
    secret: oauthSecret && clientSecretOf(oauthSecret, { owner: "notifications", purpose: "notify-oauth" }),
    issuer: tenant(endpoints?.issuer ?? preset.issuer),
    authorizationEndpoint: tenant(endpoints?.authorization ?? preset.authorization),
    tokenEndpoint: tenant(endpoints?.token ?? preset.token),
    deviceAuthorizationEndpoint: null,
    apiUrl: mode === "api" ? apiUrlOf(settings) : null,
    scopes: application?.scopes ?? [usual],
  };
}
