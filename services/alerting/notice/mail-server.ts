import type {
  ConnectOptions,
  Envelope,
  OutboundConnector,
  OutboundSession,
  Submitted,
  TokenCredentials,
} from "@mailfleet/connector-api";
import { FailureError, failureOf, relayDestination, type Sealed, type Secret, sealedFor } from "@mailfleet/contracts";
import { apiUrlOf, type TokenRequest, tokenRequestOf } from "./application-client.ts";
import type { OpenChannel, UsableSettings } from "./channel.ts";
import type { Destinations } from "./destinations.ts";
import { noticeFailure } from "./failure.ts";

/** What speaks the protocols of the three ways; each is loaded when it is first used. */
export interface MailServerPorts {
  readonly connectors: { load(protocol: string): Promise<OutboundConnector | null> };
  openSecret(sealed: Sealed, aad: string): Promise<Secret>;
  readonly tokens: {
    credentials(request: TokenRequest, mailbox: { id: string; address: string }): TokenCredentials;
  };
  /** The destinations that the organisation allows. */
  destinations(): Promise<Destinations>;
}

/** From the name service to the sign-in, milliseconds. */
const connectMs = 10_000;
/** Time limit of one mail, below the lease of a notice, so that no other replica takes the notice meanwhile. */
const sendMs = 20_000;
const signInMs = 20_000;

/** Connects to the mail server that the settings name. Secrets are opened for each use and never kept. */
export function createMailServer(ports: MailServerPorts): OpenChannel {
  return async (settings) => {
    const protocol = protocolOf(settings);
    const connector = await ports.connectors.load(protocol);
    if (!connector) throw new Error(`no connector sends by ${protocol}`);
    const options: ConnectOptions = {
      mailboxId: "notifications",
      address: settings.from,
      server: serverOf(settings),
      credentials: await credentialsOf(ports, settings),
      ...(await ports.destinations()),
      connectionTimeoutMs: connectMs,
    };
    const session = connector.open(options, 1);
    return {
      send: ({ envelope, raw }) => within(sendMs, (signal) => submitToAll(session, envelope, raw, signal)),
      signIn: (listener) => within(signInMs, (signal) => connector.test(options, null, listener, signal)),
      close: () => session.close(),
    };
  };
}

function protocolOf({ mode, application }: UsableSettings): "smtp" | "graph" | "gmail" {
  if (mode === "smtp") return "smtp";
  return application?.provider === "google" ? "gmail" : "graph";
}

function serverOf(settings: UsableSettings): ConnectOptions["server"] {
  if (settings.mode === "smtp" && settings.relay) {
    const { host, port, security, trustedCertificates } = settings.relay;
    return { host, port, security, ...(trustedCertificates ? { trustedCertificates } : {}) };
  }
  const apiUrl = apiUrlOf(settings);
  const { hostname, port, protocol } = new URL(apiUrl);
  return { host: hostname, port: Number(port) || (protocol === "http:" ? 80 : 443), security: "tls", apiUrl };
}

async function credentialsOf(
  { openSecret, tokens }: MailServerPorts,
  settings: UsableSettings,
): Promise<ConnectOptions["credentials"]> {
  const { mode, relay, credentials, from } = settings;
  if (mode === "smtp" && relay?.authentication === "none") return null;
  if (mode === "smtp" && relay?.authentication === "basic") {
    if (!credentials) throw new FailureError(failureOf("CREDENTIALS_MISSING"));
    const aad = sealedFor("notifications", "relay-password", relayDestination(relay));
    const password = await openSecret(credentials.password, aad);
    return { type: "password", username: credentials.username, password };
  }
  const username = mode === "smtp" ? (relay?.username ?? from) : from;
  return tokens.credentials(tokenRequestOf(settings, username), { id: "notifications", address: username });
}

/**
 * In as many transactions as the server needs, which may take only so many recipients at once (RFC 5321 §4.5.3.1.8).
 * Once some have it nothing is thrown: a repetition would reach them twice.
 */
async function submitToAll(
  session: Pick<OutboundSession, "submit">,
  { from, to }: Envelope,
  raw: Uint8Array,
  signal: AbortSignal,
): Promise<Submitted> {
  let { answer, rejected } = await session.submit({ from, to }, raw, signal);
  for (;;) {
    const left = rejected.flatMap(({ address, again }) => (again === "now" ? [address] : []));
    if (left.length === 0) return { answer, rejected };
    const others = rejected.filter(({ again }) => again !== "now");
    try {
      const next = await session.submit({ from, to: left }, raw, signal);
      answer = next.answer;
      rejected = [...others, ...next.rejected];
    } catch (error) {
      const { code, evidence } = noticeFailure(error);
      return { answer, rejected: [...others, ...left.map((address) => ({ address, reply: evidence?.reply ?? code }))] };
    }
  }
}

/** The work may know better what it waited for, if it answers soon. */
const graceMs = 500;

/** Aborts the work by its signal, and in any case ends the wait. */
async function within<Value>(ms: number, work: (signal: AbortSignal) => Promise<Value>): Promise<Value> {
  const signal = AbortSignal.timeout(ms);
  const late = new Promise<never>((_, reject) => {
    const over = AbortSignal.timeout(ms + graceMs);
    over.addEventListener("abort", () => reject(over.reason), { once: true });
  });
  try {
    return await Promise.race([work(signal), late]);
  } catch (error) {
    if (!signal.aborted || error instanceof FailureError) throw error;
    throw new FailureError(failureOf("CONNECTION_TIMEOUT", { reply: `not done after ${ms / 1000} s` }));
  }
}
