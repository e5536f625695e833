import type { Profile } from "@mailfleet/contracts";
import type { Shown } from "./shown.ts";
import { type Column, facts, time } from "./table.ts";

/** A profile as the API shows it. */
export type ShownProfile = Shown<Profile> & {
  /** To enter at the provider; `null` if nobody signs in. */
  readonly redirectUri?: string | null;
  readonly javascriptOrigin?: string | null;
};

const server = (part: { protocol: string; host: string; port: number; security: string }) =>
  `${part.protocol} ${part.host}:${part.port} (${part.security})`;

/** Columns of `profile list`. */
export const profileColumns: readonly Column<ShownProfile>[] = [
  { title: "ID", of: (row) => row.id },
  { title: "NAME", of: (row) => row.name },
  { title: "ACTIVE", of: (row) => (row.active ? "yes" : "no") },
  { title: "DEFAULT", of: (row) => (row.isDefault ? "yes" : "") },
  { title: "INBOUND", of: (row) => server(row.inbound) },
  { title: "OUTBOUND", of: (row) => server(row.outbound) },
  {
    title: "MAILBOXES",
    of: (row) => (row.maximumMailboxes ? `${row.mailboxes}/${row.maximumMailboxes}` : row.mailboxes),
  },
];

type Fact = readonly [string, unknown];

function oauthFacts({ oauth, oauthSecret, redirectUri, javascriptOrigin }: ShownProfile): Fact[] {
  if (!oauth) return [];
  const { serviceAccount, certificate } = oauthSecret ?? {};
  return [
    ["oauth", `${oauth.provider}, ${oauth.flow}`],
    ...(oauth.clientId ? ([["  client id", oauth.clientId]] as const) : []),
    ...(oauth.tenantId ? ([["  tenant", oauth.tenantId]] as const) : []),
    ["  secret", oauthSecret ? `${oauthSecret.kind}, set ${time(oauthSecret.setAt)}` : "not set"],
    ...(serviceAccount
      ? ([
          ["  service account", serviceAccount.clientEmail],
          ["  id for delegation", serviceAccount.clientId],
        ] as const)
      : []),
    ...(certificate ? ([["  certificate ends", time(certificate.expiresAt)]] as const) : []),
    ...(oauth.clientSecretExpiresAt ? ([["  secret ends", time(oauth.clientSecretExpiresAt)]] as const) : []),
    ...(oauth.publishing ? ([["  consent screen", oauth.publishing]] as const) : []),
    ...(redirectUri
      ? ([
          ["  redirect URI", redirectUri],
          ["  JavaScript origin", javascriptOrigin],
        ] as const)
      : []),
  ];
}

/** One profile with everything known about it. */
export function profileWords(profile: ShownProfile): string {
  const { addressing } = profile.inbound;
  return facts([
    ["id", profile.id],
    ["name", profile.name],
    ["description", profile.description],
    ["type", profile.type],
    ["active", profile.active ? "yes" : "no"],
    ["default", profile.isDefault ? "yes" : "no"],
    ["inbound", server(profile.inbound)],
    ["credentials to receive", profile.inbound.credentials],
    ...(profile.inboundCredentials ? ([["  user name", profile.inboundCredentials.username]] as const) : []),
    ...(addressing
      ? ([["  each mailbox by", addressing.by === "user-name" ? addressing.pattern : addressing.by]] as const)
      : []),
    ["outbound", server(profile.outbound)],
    ["credentials to send", profile.outbound.credentials],
    ...(profile.outboundCredentials ? ([["  user name", profile.outboundCredentials.username]] as const) : []),
    ...oauthFacts(profile),
    ["process from", time(profile.processFrom)],
    ["polling, at least", `${profile.minimumPollingIntervalMinutes} min`],
    ["connections", profile.maximumConcurrentConnections],
    ["connection time-out", `${profile.connectionTimeoutMs} ms`],
    ["uncertain sends", profile.uncertainPolicy],
    ["sends expire after", `${profile.sendExpiryHours} h`],
    ["mailboxes", profile.maximumMailboxes ? `${profile.mailboxes} of ${profile.maximumMailboxes}` : profile.mailboxes],
    ["version", profile.v],
    ["changed", time(profile.changedAt)],
  ]);
}
