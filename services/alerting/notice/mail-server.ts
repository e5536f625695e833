import type { ConnectOptions, OutboundConnector, TokenCredentials } from "@mailfleet/connector-api";
import { FailureError, failureOf, relayDestination, type Sealed, type Secret, sealedFor } from "@mailfleet/contracts";
import { apiUrlOf, type TokenRequest, tokenRequestOf } from "./application-client.ts";
import type { OpenChannel, UsableSettings } from "./channel.ts";

/** What speaks the protocols of the three ways; each is loaded when it is first used. */
export interface MailServerPorts {
  readonly connectors: Readonly<Record<"smtp" | "graph" | "gmail", () => Promise<OutboundConnector>>>;
  openSecret(sealed: Sealed, aad: string): Promise<Secret>;
  readonly tokens: {
    credentials(request: TokenRequest, mailbox: { id: string; address: string }): TokenCredentials;
  };
  /** The organisation's allowed outbound ports; `null`: all. */
  allowedPorts(): Promise<readonly number[] | null>;
}

/** From the name service to the sign-in, milliseconds. */
const connectMs = 10_000;
/** Time limit of one mail, below the lease of a notice, so that no other replica takes the notice meanwhile. */
const sendMs = 20_000;
const signInMs = 20_000;

/** Opens the way out that the settings name. Secrets are opened for each use and kept nowhere. */
export function createMailServer(ports: MailServerPorts): OpenChannel {
  return async (settings) => {
    const connector = await ports.connectors[protocolOf(settings)]();
    const options: ConnectOptions = {
      mailboxId: "notifications",
      address: settings.from,
      server: serverOf(settings),
      credentials: await credentialsOf(ports, settings),
      allowedPorts: await ports.allowedPorts(),
      connectionTimeoutMs: connectMs,
    };
    const session = connector.open(options, 1);
    return {
      send: ({ envelope, raw }) => within(sendMs, (signal) => session.submit(envelope, raw, signal)),
      signIn: (listener) => within(signInMs, (signal) => connector.test(options, null, listener, signal)),
      close: () => session.close(),
    };
  };
}

function protocolOf({ mode, application }: UsableSettings): keyof MailServerPorts["connectors"] {
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

/** Ends the work by its signal, and the wait for it in any case. */
async function within<Value>(ms: number, work: (signal: AbortSignal) => Promise<Value>): Promise<Value> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const ending = new AbortController();
  const timer = setTimeout(() => {
    const error = new FailureError(failureOf("CONNECTION_TIMEOUT", { reply: `not done after ${ms / 1000} s` }));
    ending.abort(error);
    // The work says better what it waited for, if it says it soon.
    setTimeout(() => reject(error), 500).unref();
  }, ms);
  try {
    return await Promise.race([work(ending.signal), late]);
  } finally {
    clearTimeout(timer);
  }
}
