import {
  type ConnectorDescriptor,
  connectorDescriptors,
  type InboundServer,
  inCloud,
  type NewProfile,
  type OAuthSettings,
  type OutboundServer,
  ProblemError,
  type ProfileChange,
  type ProfileSettings,
  type Protocol,
  profileTypeOf,
  type Security,
  TenantId,
  usualProtocol,
} from "@mailfleet/contracts";

import { brokenExchangeRules } from "./exchange-rules.ts";
import { likeInbound, ownOfOutbound, withoutCopies } from "./like-inbound.ts";

type Written = Pick<
  NewProfile,
  "type" | "inbound" | "outbound" | "oauth" | "sentCopy" | "undeliverableFolder" | "sameSettingsForOutgoing"
>;
type Complete = Pick<ProfileSettings, "inbound" | "outbound">;

/** A field whose value is refused, and why. */
interface FieldProblem {
  readonly pointer: string;
  readonly reason: string;
}

/** A new profile with every default filled in. @throws ProblemError INVALID that names each refused field */
export function completeProfile(profile: NewProfile): ProfileSettings {
  return { ...profile, ...completed(profile, "/new") };
}

/** A profile after a change. Servers and `oauth` are replaced as a whole. @throws ProblemError INVALID */
export function changedSettings(before: ProfileSettings, change: ProfileChange): ProfileSettings {
  const { inbound, outbound, ...rest } = change;
  const after: ProfileSettings = { ...before };
  for (const [field, value] of Object.entries(rest))
    if (value === null) delete after[field as keyof ProfileSettings];
    else if (value !== undefined) Object.assign(after, { [field]: value });
  const same = after.sameSettingsForOutgoing;
  const kept = same ? ownOfOutbound(before.outbound) : before.outbound;
  const named = same && outbound ? withoutCopies(outbound, before.outbound) : outbound;
  const written = { ...after, inbound: inbound ?? before.inbound, outbound: named ?? kept };
  return { ...after, ...completed(written, "/change") };
}

function completed(profile: Written, at: string): Complete {
  const { provider, protocols = usualProtocol, credentials } = profileTypeOf(profile.type);
  const usual = credentials ?? (provider ? "oauth" : "mailbox");
  const problems: FieldProblem[] = [];
  const inbound = completeServer(profile, "inbound", profile.inbound?.protocol ?? protocols.inbound, usual, problems);
  const sending = profile.outbound?.protocol ?? protocols.outbound;
  const outbound = completeServer(
    sendingLike(profile, inbound, sending, problems),
    "outbound",
    sending,
    usual,
    problems,
  );
  const result = { inbound: inbound as InboundServer, outbound: outbound as OutboundServer };
  if (problems.length === 0) problems.push(...impossible(profile, result));
  if (problems.length === 0) return result;
  const errors = problems.map(({ pointer, reason }) => ({ pointer: `${at}${pointer}`, reason }));
  throw new ProblemError("INVALID", errors.map(({ pointer, reason }) => `${pointer} ${reason}`).join("; "), { errors });
}

function sendingLike(profile: Written, inbound: object, protocol: Protocol, problems: FieldProblem[]): Written {
  if (!profile.sameSettingsForOutgoing) return profile;
  const isKnown = presetOf(profile, protocol) !== undefined;
  const { outbound, contradicted } = likeInbound(inbound, profile.outbound ?? {}, { protocol, isKnown });
  for (const name of contradicted)
    problems.push({
      pointer: `/outbound/${name}`,
      reason: "is taken from inbound: leave it out, or set sameSettingsForOutgoing to false",
    });
  return { ...profile, outbound };
}

/** The servers of the profile's provider, if Mailfleet knows them. */
function presetOf({ type, oauth }: Pick<Written, "type" | "oauth">, protocol: Protocol) {
  const provider = profileTypeOf(type).provider ?? oauth?.provider;
  return provider && provider !== "custom" ? connectorDescriptors[protocol].servers[provider] : undefined;
}

function completeServer(
  { type, oauth, ...profile }: Written,
  direction: "inbound" | "outbound",
  protocol: Protocol,
  usual: InboundServer["credentials"],
  problems: FieldProblem[],
) {
  const written = profile[direction] ?? {};
  const connector: ConnectorDescriptor = connectorDescriptors[protocol];
  const preset = presetOf({ type, oauth }, protocol);
  const security: Security = written.security ?? preset?.security ?? "tls";
  const api = URL.parse(written.apiUrl ?? "");
  const host = written.host ?? api?.hostname ?? (preset && inCloud(oauth?.cloud, preset.host));
  if (!(security in connector.ports))
    problems.push({
      pointer: `/${direction}/security`,
      reason: `must be ${securitiesOf(connector)} for the ${connector.name}`,
    });
  if (host === undefined) problems.push({ pointer: `/${direction}/host`, reason: "is needed" });
  const port =
    written.port ??
    (api?.port ? Number(api.port) : undefined) ??
    (written.security && written.security !== preset?.security ? undefined : preset?.port) ??
    connector.ports[security];
  const credentials = written.credentials ?? (oauth || !takesPasswords(connector) ? "oauth" : usual);
  const { access = credentials === "mailbox" ? undefined : profileTypeOf(type).access } = written;
  return { ...written, protocol, host, port, security, credentials, ...(access && { access }) };
}

const takesPasswords = ({ credentials }: ConnectorDescriptor) => credentials.includes("password");

/** The securities to choose from. `none` is left out: it is for test servers on the same machine. */
const securitiesOf = ({ ports }: ConnectorDescriptor) =>
  Object.keys(ports)
    .filter((security) => security !== "none")
    .join(" or ");

/** Settings of a server that only some protocols have. */
const onlySome = ["authentication", "access", "autodiscover", "apiUrl", "saveCopy"] as const;

/** Values that are well formed, but cannot work together. */
function impossible(
  { type, oauth, sentCopy, undeliverableFolder }: Written,
  { inbound, outbound }: Complete,
): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const add = (pointer: string, reason: string) => problems.push({ pointer, reason });
  for (const [direction, server] of Object.entries({ inbound, outbound })) {
    const connector = connectorDescriptors[server.protocol];
    if (server.credentials !== "oauth" && server.credentials !== "anonymous" && !takesPasswords(connector))
      add(`/${direction}/credentials`, `must be oauth for the ${connector.name}`);
    if (server.credentials === "anonymous" && !connector.credentials.includes("none"))
      add(`/${direction}/credentials`, `must not be anonymous for the ${connector.name}`);
    if (server.credentials === "oauth" && !oauth) add("/oauth", "is needed where credentials are oauth");
    if (server.protocol === "ews" && type === "exchange-online")
      add(`/${direction}/protocol`, "must be graph: Microsoft ends EWS in Exchange Online on 1 April 2027");
    for (const field of onlySome)
      if (field in server && !connector.fields.includes(field))
        add(`/${direction}/${field}`, `has no effect with ${connector.name}`);
    if (server.protocol === "ews")
      for (const { pointer, reason } of brokenExchangeRules({ server, oauth }))
        add(pointer.startsWith("/oauth") ? pointer : `/${direction}${pointer}`, reason);
    const { apiOf } = connector;
    if (apiOf && oauth && oauth.provider !== apiOf && oauth.provider !== "custom")
      add("/oauth/provider", `must be ${apiOf} for the ${connector.name}`);
  }
  if ((inbound.protocol === "ews") !== (outbound.protocol === "ews"))
    add("/outbound/protocol", "must be ews where inbound is, and only there: Exchange is not mixed with other servers");
  if (sentCopy === "append" && !connectorDescriptors[inbound.protocol].fields.includes("sentCopy"))
    add("/sentCopy", `must be server: nothing can be filed by ${connectorDescriptors[inbound.protocol].name}`);
  if (undeliverableFolder && !connectorDescriptors[inbound.protocol].fields.includes("undeliverableFolder"))
    add(
      "/undeliverableFolder",
      `has no effect with ${connectorDescriptors[inbound.protocol].name}: nothing is moved there`,
    );
  if (inbound.addressing && inbound.credentials !== "profile")
    add("/inbound/addressing", "is only for credentials of the profile");
  const { provider } = profileTypeOf(type);
  if (provider && oauth && oauth.provider !== provider && oauth.provider !== "custom")
    add("/oauth/provider", `must be ${provider}`);
  if (oauth && mixesResources(oauth, inbound, outbound))
    add("/outbound/protocol", "needs a token for another resource than inbound, and a token is good for one");
  if (oauth) problems.push(...impossibleOAuth(oauth));
  return problems;
}

/** Microsoft grants a token for one resource only: for Graph, or for IMAP, POP3 and SMTP. */
function mixesResources({ provider }: OAuthSettings, inbound: InboundServer, outbound: OutboundServer): boolean {
  const viaToken = [inbound, outbound].filter(({ credentials }) => credentials === "oauth");
  const resources = viaToken.map(({ protocol }) => connectorDescriptors[protocol].applicationScopes);
  return provider !== "custom" && new Set(resources.map((scopes) => scopes[provider])).size > 1;
}

function impossibleOAuth(oauth: OAuthSettings): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const add = (pointer: string, reason: string) => problems.push({ pointer: `/oauth${pointer}`, reason });
  if (oauth.flow !== "service-account" && !oauth.clientId) add("/clientId", "is needed");
  if (oauth.flow === "service-account" && oauth.provider === "microsoft")
    add("/flow", "must be sign-in or application for Microsoft");
  if (oauth.flow === "application" && oauth.provider === "google")
    add("/flow", "must be sign-in or service-account for Google");
  if (oauth.flow === "application" && oauth.provider === "microsoft" && !oauth.tenantId)
    add("/tenantId", "is needed for the flow application");
  if (oauth.tenantId !== undefined && !TenantId.safeParse(oauth.tenantId).success)
    add("/tenantId", "must be a directory id (GUID) or a domain");
  if (oauth.cloud !== undefined && oauth.provider !== "microsoft") add("/cloud", "is only for Microsoft");
  if (oauth.provider === "custom" && !oauth.endpoints?.token) add("/endpoints/token", "is needed");
  if (oauth.provider === "custom" && oauth.flow === "sign-in")
    for (const name of ["issuer", "authorization"] as const)
      if (!oauth.endpoints?.[name]) add(`/endpoints/${name}`, "is needed");
  if (oauth.flow === "application" && oauth.clientAuthentication === "none")
    add("/clientAuthentication", "must be secret or certificate for the flow application");
  return problems;
}
