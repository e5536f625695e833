import type { NotificationSettings } from "@mailfleet/contracts";
import { type Cli, changeOf, readText } from "./cli.ts";
import { UsageError } from "./exit-codes.ts";
import type { Shown } from "./shown.ts";

/** Options of `mailfleet notifications set`. */
export interface NotificationFlags {
  enabled?: boolean;
  mode?: string;
  from?: string;
  to?: string[];
  format?: string;
  relayHost?: string;
  relayPort?: number;
  relaySecurity?: string;
  relayCa?: string;
  authentication?: string;
  username?: string;
  passwordStdin?: boolean;
  provider?: string;
  tenant?: string;
  clientId?: string;
  clientSecret?: boolean;
  clientSecretStdin?: boolean;
  certificate?: string;
  secretExpires?: string;
  key?: string;
  project?: string;
  scope?: string[];
  tokenUrl?: string;
  apiUrl?: string;
  issuer?: string;
}

type Settings = Shown<NotificationSettings>;
type Fields = Record<string, unknown>;

/** For options that are yes or no. */
export function yesNo(name: string): (text: string) => boolean {
  return (text) => {
    if (text !== "yes" && text !== "no") throw new UsageError(`${name} must be yes or no.`);
    return text === "yes";
  };
}

/**
 * The body of the change. It replaces relay and application as a whole, so missing fields come from the present
 * settings.
 */
export async function notificationChange(cli: Cli, path: string, flags: NotificationFlags): Promise<Fields> {
  if (flags.passwordStdin && flags.clientSecretStdin)
    throw new UsageError("Standard input holds only one secret: choose --password-stdin or --client-secret-stdin.");
  let read: Promise<Settings> | undefined;
  const present = () => {
    read ??= cli.client().then((client) => client.get<Settings>(path));
    return read;
  };
  return changeOf({
    enabled: flags.enabled,
    mode: flags.mode,
    relay: await relayOf(flags, present),
    application: await applicationOf(flags, present),
    from: flags.from,
    to: flags.to,
    format: flags.format,
    credentials: await credentialsOf(cli, flags, present),
    oauthSecret: await oauthSecretOf(cli, flags),
    secretExpiresAt: endOf(flags.secretExpires),
  });
}

async function signsInByToken(flags: NotificationFlags, present: () => Promise<Settings>): Promise<boolean> {
  return (flags.authentication ?? (await present()).relay?.authentication) === "oauth";
}

async function relayOf(flags: NotificationFlags, present: () => Promise<Settings>): Promise<Fields | undefined> {
  const byToken = flags.username !== undefined && (await signsInByToken(flags, present));
  const byPassword = flags.username !== undefined && !byToken;
  const named = set({
    host: flags.relayHost,
    port: flags.relayPort,
    security: flags.relaySecurity,
    trustedCertificates: flags.relayCa === undefined ? undefined : await readText(flags.relayCa),
    authentication: flags.authentication,
    username: byToken ? flags.username : undefined,
  });
  if (Object.keys(named).length === 0) return undefined;
  const { relay } = await present();
  const before: Fields = relay ? { ...relay } : { port: 587, security: "starttls" };
  const merged: Fields = { ...before, ...(byPassword ? { authentication: "basic" } : {}), ...named };
  // The user name belongs to the password and changes with it.
  if (merged.authentication !== "oauth") delete merged.username;
  return merged;
}

async function applicationOf(flags: NotificationFlags, present: () => Promise<Settings>): Promise<Fields | undefined> {
  const endpoints = set({ token: flags.tokenUrl, api: flags.apiUrl, issuer: flags.issuer });
  const named = set({
    provider: flags.provider,
    tenantId: flags.tenant,
    clientId: flags.clientId,
    projectId: flags.project,
    scopes: flags.scope,
  });
  if (Object.keys(named).length + Object.keys(endpoints).length === 0) return undefined;
  const { application } = await present();
  // Nothing of another provider can be kept.
  const same = flags.provider === undefined || flags.provider === application?.provider;
  const before: Fields = same ? { ...application } : {};
  const all = { ...(same ? application?.endpoints : {}), ...endpoints };
  return { ...before, ...named, ...(Object.keys(all).length > 0 ? { endpoints: all } : {}) };
}

async function credentialsOf(cli: Cli, flags: NotificationFlags, present: () => Promise<Settings>) {
  const { username, passwordStdin } = flags;
  if (username === undefined || (await signsInByToken(flags, present))) return undefined;
  return { username, password: await cli.password(passwordStdin, `Password of ${username}: `) };
}

/** Secrets come from files, standard input or the keyboard, never from arguments. */
async function oauthSecretOf(cli: Cli, flags: NotificationFlags): Promise<Fields | undefined> {
  if (flags.key !== undefined) return { serviceAccountKey: await readText(flags.key) };
  if (flags.certificate !== undefined) return { certificate: await readText(flags.certificate) };
  if (!flags.clientSecret && !flags.clientSecretStdin) return undefined;
  return { clientSecret: await cli.password(flags.clientSecretStdin, "Client secret: ") };
}

function endOf(date: string | undefined): string | null | undefined {
  if (date === undefined || date === "none") return date === undefined ? undefined : null;
  const at = Date.parse(date);
  if (Number.isNaN(at)) throw new UsageError(`--secret-expires ${date} is not a date: write it as 2027-05-31.`);
  return new Date(at).toISOString();
}

function set(values: Fields): Fields {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}
