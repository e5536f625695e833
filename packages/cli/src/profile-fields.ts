import { type Cli, readJson, readText } from "./cli.ts";
import { UsageError } from "./exit-codes.ts";
import type { ProfileFlags } from "./profile-flags.ts";
import type { ShownProfile } from "./profile-words.ts";

type Fields = Record<string, unknown>;

/** Only the fields that were given. */
function set(values: Fields): Fields {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

const isEmpty = (fields: Fields) => Object.keys(fields).length === 0;
const textIn = async (file: string | undefined) => (file === undefined ? undefined : readText(file));

/** `null` removes it: the server is replaced as a whole, so it is left out. */
function addressingOf(text: string | undefined): Fields | null | undefined {
  if (text === undefined) return undefined;
  if (text === "none") return null;
  return text === "authorization-identity" ? { by: text } : { by: "user-name", pattern: text };
}

/**
 * A server as it is after the change. With another protocol the old host and port do not fit: they are filled in again.
 */
function serverOf(named: Fields, before: Fields | undefined): Fields | undefined {
  if (isEmpty(named)) return undefined;
  const { host, port, security, ...kept } = before ?? {};
  const same = named.protocol === undefined || named.protocol === before?.protocol;
  const merged = { ...kept, ...(same ? set({ host, port, security }) : {}), ...named };
  return Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== null));
}

async function inboundOf(flags: ProfileFlags): Promise<Fields> {
  return set({
    protocol: flags.inbound,
    host: flags.inboundHost ?? flags.imapHost,
    port: flags.inboundPort ?? flags.imapPort,
    security: flags.inboundSecurity ?? flags.imapSecurity,
    trustedCertificates: await textIn(flags.inboundCa ?? flags.imapCa),
    credentials: flags.inboundCredentials ?? (flags.inboundUsername === undefined ? undefined : "profile"),
    addressing: addressingOf(flags.addressing),
  });
}

async function outboundOf(flags: ProfileFlags): Promise<Fields> {
  return set({
    protocol: flags.outbound,
    host: flags.smtpHost,
    port: flags.smtpPort,
    security: flags.smtpSecurity,
    trustedCertificates: await textIn(flags.smtpCa),
    credentials: flags.outboundCredentials ?? (flags.outboundUsername === undefined ? undefined : "profile"),
  });
}

function instantOf(name: string, date: string | undefined): string | null | undefined {
  if (date === undefined || date === "none") return date === undefined ? undefined : null;
  const at = Date.parse(date);
  if (Number.isNaN(at)) throw new UsageError(`${name} ${date} is not a date: write it as 2027-05-31.`);
  return new Date(at).toISOString();
}

/** The whole OAuth settings: fields that are not given stay, unless the provider changes. */
function oauthOf(flags: ProfileFlags, before: ShownProfile | undefined): Fields | undefined {
  const endpoints = set({
    issuer: flags.issuer,
    authorization: flags.authorizationUrl,
    token: flags.tokenUrl,
    deviceAuthorization: flags.deviceUrl,
    api: flags.apiUrl,
  });
  const named = set({
    provider: flags.oauthProvider,
    // A key or a certificate determines how the application signs in.
    flow: flags.flow ?? (flags.serviceAccountKey === undefined ? undefined : "service-account"),
    clientId: flags.clientId,
    tenantId: flags.tenant,
    clientAuthentication:
      flags.certificate !== undefined ? "certificate" : flags.clientSecretFile !== undefined ? "secret" : undefined,
    clientSecretExpiresAt: instantOf("--client-secret-expires", flags.clientSecretExpires),
    publishing: flags.publishing,
    projectId: flags.project,
    scopes: flags.scope,
  });
  if (isEmpty(named) && isEmpty(endpoints)) return undefined;
  const old = before?.oauth;
  const gmail = flags.type === "gmail" || before?.type === "gmail";
  const provider = flags.oauthProvider ?? old?.provider ?? (gmail ? "google" : undefined);
  if (provider === undefined) throw new UsageError("Name the provider of the OAuth application: --oauth-provider.");
  const { endpoints: oldEndpoints, ...kept } = old?.provider === provider ? old : {};
  const all = { ...oldEndpoints, ...endpoints };
  const merged = { ...kept, ...named, provider, ...(isEmpty(all) ? {} : { endpoints: all }) };
  return Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== null));
}

/**
 * Options as the API's fields. Servers and `oauth` are replaced as a whole, so they are completed from the present
 * ones.
 */
export async function profileFields(cli: Cli, flags: ProfileFlags, before?: ShownProfile): Promise<Fields> {
  return set({
    ...(flags.file === undefined ? {} : await readJson(cli, flags.file)),
    name: flags.name,
    description: flags.description,
    type: flags.type,
    inbound: serverOf(await inboundOf(flags), before?.inbound),
    outbound: serverOf(await outboundOf(flags), before?.outbound),
    oauth: oauthOf(flags, before),
    processFrom: flags.processFrom,
    minimumPollingIntervalMinutes: flags.minimumPollingInterval,
    maximumConcurrentConnections: flags.connections,
    connectionTimeoutMs: flags.connectionTimeout,
    uncertainPolicy: flags.uncertain,
    sendExpiryHours: flags.sendExpiry,
  });
}

/** A file's text, or standard input's for `-`. */
async function secretText(cli: Cli, file: string): Promise<string> {
  return file === "-" ? (await cli.terminal.readInput()).toString("utf8") : readText(file);
}

async function oauthSecretOf(cli: Cli, flags: ProfileFlags): Promise<Fields | undefined> {
  const { clientSecretFile, certificate, serviceAccountKey } = flags;
  if ([clientSecretFile, certificate, serviceAccountKey].filter((file) => file !== undefined).length > 1)
    throw new UsageError("Name one of --client-secret-file, --certificate and --service-account-key.");
  if (serviceAccountKey !== undefined) return { serviceAccountKey: await secretText(cli, serviceAccountKey) };
  if (certificate !== undefined) return { certificate: await readText(certificate) };
  if (clientSecretFile === undefined) return undefined;
  const clientSecret = (await secretText(cli, clientSecretFile)).trim();
  if (clientSecret === "") throw new UsageError("The client secret is empty.");
  return { clientSecret };
}

/** Secrets of a profile, from files, standard input or the keyboard. Standard input holds only one. */
export async function profileSecrets(cli: Cli, flags: ProfileFlags): Promise<Fields> {
  const { inboundUsername, outboundUsername, passwordStdin } = flags;
  const fromInput = [
    passwordStdin,
    flags.file === "-",
    flags.clientSecretFile === "-",
    flags.serviceAccountKey === "-",
  ];
  if (fromInput.filter(Boolean).length > 1) throw new UsageError("Standard input can hold only one secret.");
  const usernames = new Set([inboundUsername, outboundUsername].filter((name) => name !== undefined));
  if (passwordStdin && usernames.size > 1)
    throw new UsageError(
      "Standard input holds only one password: set the other direction's with `profile set-credentials`.",
    );
  const passwords = new Map<string, string>();
  for (const username of usernames)
    passwords.set(username, await cli.password(passwordStdin, `Password of ${username}: `));
  const credentials = (username: string | undefined) =>
    username === undefined ? undefined : { username, password: passwords.get(username) };
  return set({
    inboundCredentials: credentials(inboundUsername),
    outboundCredentials: credentials(outboundUsername),
    oauthSecret: await oauthSecretOf(cli, flags),
  });
}
