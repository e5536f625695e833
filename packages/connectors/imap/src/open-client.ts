import type { ConnectOptions } from "@mailfleet/connector-api";
import { type Address, bareHost, lookupIn, trustFor } from "@mailfleet/network";
import { ImapFlow } from "imapflow";
import description from "../package.json" with { type: "json" };
import type { SignIn } from "./sign-in.ts";
import { watchSocket } from "./watch-socket.ts";

/** What this client reads is small, up to the opening of the inbox: a longer answer ends the connection. */
const LARGEST_LITERAL = 256 * 1024;

/** What happens while a client connects. */
export interface ClientListener {
  connected(detail: string): void;
  /** May be called twice, by imapflow and for the socket. */
  secured(detail: string): void;
  /** The server has said something. */
  greeted(): void;
  /** Something other than an IMAP server answers. */
  strange(words: string): void;
}

/** A client that connects to one of these addresses and signs in. `connected` rejects with imapflow's error. */
export function openClient(
  options: ConnectOptions,
  addresses: readonly Address[],
  signIn: SignIn,
  listener: ClientListener,
  explain: boolean,
): { client: ImapFlow; connected: Promise<void> } {
  const { server } = options;
  const client = new ImapFlow({
    host: bareHost(server.host),
    port: server.port,
    secure: server.security === "tls",
    doSTARTTLS: server.security === "starttls" ? true : server.security === "none" ? false : undefined,
    auth: signIn.auth,
    tls: { lookup: lookupIn(addresses), secureContext: trustFor(server.trustedCertificates) } as object,
    logger: false,
    emitLogs: explain,
    disableAutoIdle: true,
    disableCompression: true,
    disableAutoEnable: true,
    connectionTimeout: options.connectionTimeoutMs,
    greetingTimeout: options.connectionTimeoutMs,
    socketTimeout: Math.max(options.connectionTimeoutMs, 60_000),
    maxLiteralSize: LARGEST_LITERAL,
    maxResponseSize: LARGEST_LITERAL + 1024 * 1024,
    clientInfo: { name: "Mailfleet", version: description.version, vendor: "Mailfleet", "support-url": "" },
  });
  signIn.attach(client);
  if (explain)
    client.on("log", (entry: { src?: string; version?: string; algo?: string }) => {
      if (entry.src === "tls") listener.secured(`${entry.version} ${entry.algo}`);
    });
  const connected = client.connect();
  connected.catch(() => {});
  watchSocket(client, listener);
  return { client, connected };
}
