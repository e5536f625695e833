import type { OAuthProvider } from "./resources/oauth.ts";
import type { InboundProtocol, OutboundProtocol } from "./resources/profile-server.ts";
import type { Security } from "./vocabulary.ts";

/** Host, port and security that a protocol has at a provider. */
export interface PresetServer {
  readonly host: string;
  readonly port: number;
  readonly security: Security;
}

/** What is known of a provider, so that nobody has to look it up. `{tenant}` stands for the directory. */
export interface ProviderPreset {
  readonly issuer: string;
  readonly authorization: string;
  readonly token: string;
  /** `null`: not offered for mail. */
  readonly deviceAuthorization: string | null;
  readonly api: string;
  readonly servers: Readonly<Partial<Record<InboundProtocol | OutboundProtocol, PresetServer>>>;
  /** Scopes that a direction needs, by flow and protocol; signing in also asks for `openid email`, to know who it was. */
  readonly scopes: Readonly<Partial<Record<InboundProtocol | OutboundProtocol | "gmail-send" | "graph-send", string>>>;
  /** Parameters of the authorization request beside the standard's. */
  readonly authorizationParameters: Readonly<Record<string, string>>;
  /** The scope of client credentials, where the application signs in by itself. */
  readonly applicationScope: string | null;
}

const mailGoogle = "https://mail.google.com/";
const outlook = "https://outlook.office.com";

/** Presets by provider; `custom` has none. Sources: the providers' own OAuth and protocol references (domain 4.1, 4.4). */
export const providerPresets: Readonly<Record<Exclude<OAuthProvider, "custom">, ProviderPreset>> = {
  google: {
    issuer: "https://accounts.google.com",
    authorization: "https://accounts.google.com/o/oauth2/v2/auth",
    token: "https://oauth2.googleapis.com/token",
    // Google's device flow does not grant scopes of mail.
    deviceAuthorization: null,
    api: "https://gmail.googleapis.com",
    servers: {
      imap: { host: "imap.gmail.com", port: 993, security: "tls" },
      pop3: { host: "pop.gmail.com", port: 995, security: "tls" },
      smtp: { host: "smtp.gmail.com", port: 465, security: "tls" },
      gmail: { host: "gmail.googleapis.com", port: 443, security: "tls" },
    },
    scopes: {
      imap: mailGoogle,
      pop3: mailGoogle,
      smtp: mailGoogle,
      gmail: "https://www.googleapis.com/auth/gmail.readonly",
      "gmail-send": "https://www.googleapis.com/auth/gmail.send",
    },
    // Only so a refresh token comes each time, and not only the first time.
    authorizationParameters: { access_type: "offline", prompt: "consent" },
    applicationScope: null,
  },
  microsoft: {
    issuer: "https://login.microsoftonline.com/{tenant}/v2.0",
    authorization: "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/authorize",
    token: "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token",
    deviceAuthorization: "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/devicecode",
    api: "https://graph.microsoft.com",
    servers: {
      imap: { host: "outlook.office365.com", port: 993, security: "tls" },
      pop3: { host: "outlook.office365.com", port: 995, security: "tls" },
      smtp: { host: "smtp.office365.com", port: 587, security: "starttls" },
    },
    scopes: {
      imap: `${outlook}/IMAP.AccessAsUser.All`,
      pop3: `${outlook}/POP.AccessAsUser.All`,
      smtp: `${outlook}/SMTP.Send`,
      "graph-send": "https://graph.microsoft.com/.default",
    },
    authorizationParameters: { prompt: "select_account" },
    applicationScope: `${outlook}/.default`,
  },
};

/** How many mailboxes may sign in through one OAuth client of Google (domain 4.1). */
export const maximumMailboxesPerGmailProfile = 100;

/** Ports that are usual for a protocol, by security (RFC 8314, RFC 6409). */
export const usualPorts: Readonly<Record<"imap" | "pop3" | "smtp", Readonly<Record<Security, number>>>> = {
  imap: { none: 143, starttls: 143, tls: 993 },
  pop3: { none: 110, starttls: 110, tls: 995 },
  smtp: { none: 25, starttls: 587, tls: 465 },
};

/** Ports that leave the US Government cloud (domain 4.6). */
export const outboundPortPresets = { "us-government": [80, 443, 465, 995] } as const;
