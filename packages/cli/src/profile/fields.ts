import type { Profile } from "@mailfleet/contracts";
import { readText } from "../cli.ts";
import { UsageError } from "../exit-codes.ts";
import { oauthFlags, type ProfileOptions } from "./flags.ts";

type Fields = Record<string, unknown>;
type Before = Partial<Profile> | undefined;

/** Only the fields that were given. */
function set(values: Fields): Fields {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}
/** Without those that are taken away by leaving them out of what is replaced as a whole. */
function kept(values: Fields): Fields {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null));
}

const isEmpty = (fields: Fields) => Object.keys(fields).length === 0;
const textIn = async (file: string | undefined) => (file === undefined ? undefined : readText(file));

function addressingOf(text: string | undefined): Fields | null | undefined {
  if (text === undefined || text === "none") return text === undefined ? undefined : null;
  return text === "authorization-identity" ? { by: text } : { by: "user-name", pattern: text };
}

/**
 * A server as it is after the change. With another protocol the old host and port do not fit: they are filled in again.
 */
function serverOf(given: Fields, before: Fields | undefined): Fields | undefined {
  const named = set(given);
  if (isEmpty(named)) return undefined;
  const { host, port, security, ...rest } = before ?? {};
  const same = named.protocol === undefined || named.protocol === before?.protocol;
  return kept({ ...rest, ...(same ? set({ host, port, security }) : {}), ...named });
}

/** Options of both servers as fields. A server is replaced as a whole, so it is completed from the present one. */
export async function serversOf(options: ProfileOptions, before: Before): Promise<Fields> {
  const holder = (given: string | undefined, username: string | undefined) =>
    given ?? (username === undefined ? undefined : "profile");
  const inbound = {
    protocol: options.inbound,
    host: options.inboundHost ?? options.imapHost,
    port: options.inboundPort ?? options.imapPort,
    security: options.inboundSecurity ?? options.imapSecurity,
    trustedCertificates: await textIn(options.inboundCa ?? options.imapCa),
    credentials: holder(options.inboundCredentials, options.inboundUsername),
    addressing: addressingOf(options.addressing),
  };
  const outbound = {
    protocol: options.outbound,
    host: options.smtpHost,
    port: options.smtpPort,
    security: options.smtpSecurity,
    trustedCertificates: await textIn(options.smtpCa),
    credentials: holder(options.outboundCredentials, options.outboundUsername),
  };
  return set({ inbound: serverOf(inbound, before?.inbound), outbound: serverOf(outbound, before?.outbound) });
}

function instantOf(date: string | undefined): string | null | undefined {
  if (date === undefined || date === "none") return date === undefined ? undefined : null;
  const at = Date.parse(date);
  if (Number.isNaN(at)) throw new UsageError(`--client-secret-expires ${date} is not a date: write it as 2027-05-31.`);
  return new Date(at).toISOString();
}

/** How an application signs in, where its key or certificate determines it. */
function impliedBy({ serviceAccountKey, certificate, clientSecretFile }: ProfileOptions): Fields {
  return set({
    flow: serviceAccountKey === undefined ? undefined : "service-account",
    clientAuthentication:
      certificate !== undefined ? "certificate" : clientSecretFile === undefined ? undefined : "secret",
  });
}

/** The whole OAuth settings: fields that are not given stay, unless the provider changes. */
export function oauthOf(options: ProfileOptions, before: Before): Fields {
  const given = Object.entries(oauthFlags).map(([name, { key }]) => [name, options[key]] as const);
  const endpoints = set(
    Object.fromEntries(
      given.flatMap(([name, value]) => (name.includes("/") ? [[name.split("/")[1] ?? "", value]] : [])),
    ),
  );
  const named = {
    ...impliedBy(options),
    ...set(Object.fromEntries(given.filter(([name]) => !name.includes("/")))),
    ...set({ clientSecretExpiresAt: instantOf(options.clientSecretExpires), scopes: options.scope }),
  };
  if (isEmpty(named) && isEmpty(endpoints)) return {};
  const old = before?.oauth;
  const gmail = options.type === "gmail" || before?.type === "gmail";
  const provider = options.oauthProvider ?? old?.provider ?? (gmail ? "google" : undefined);
  if (provider === undefined) throw new UsageError("Name the provider of the OAuth application: --oauth-provider.");
  const { endpoints: oldEndpoints, ...rest }: Fields = old?.provider === provider ? { ...old } : {};
  const all = { ...(oldEndpoints as Fields | undefined), ...endpoints };
  return { oauth: kept({ ...rest, ...named, provider, ...(isEmpty(all) ? {} : { endpoints: all }) }) };
}
