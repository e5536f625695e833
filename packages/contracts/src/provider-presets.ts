import type { KnownProvider } from "./connectors/descriptor.ts";

/**
 * What we know about a provider, so that nobody has to look it up. Its servers and scopes are with the protocols
 * (`connectorDescriptors`). `{tenant}` stands for the directory.
 */
export interface ProviderPreset {
  readonly issuer: string;
  readonly authorization: string;
  readonly token: string;
  /** `null`: not offered for mail. */
  readonly deviceAuthorization: string | null;
  readonly api: string;
  /** Parameters of the authorization request in addition to the standard's. */
  readonly authorizationParameters: Readonly<Record<string, string>>;
}

/** Presets by provider; `custom` has none. Sources: the providers' own OAuth references. */
export const providerPresets: Readonly<Record<KnownProvider, ProviderPreset>> = {
  google: {
    issuer: "https://accounts.google.com",
    authorization: "https://accounts.google.com/o/oauth2/v2/auth",
    token: "https://oauth2.googleapis.com/token",
    // Google's device flow does not grant scopes of mail.
    deviceAuthorization: null,
    api: "https://gmail.googleapis.com",
    // Only so a refresh token comes each time, and not only the first time.
    authorizationParameters: { access_type: "offline", prompt: "consent" },
  },
  microsoft: {
    issuer: "https://login.microsoftonline.com/{tenant}/v2.0",
    authorization: "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/authorize",
    token: "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token",
    deviceAuthorization: "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/devicecode",
    api: "https://graph.microsoft.com",
    authorizationParameters: { prompt: "select_account" },
  },
};

/** How many mailboxes may sign in through one OAuth client of Google. */
export const maximumMailboxesPerGmailProfile = 100;

/** Ports that leave the US Government cloud. */
export const outboundPortPresets = { "us-government": [80, 443, 465, 995] } as const;
