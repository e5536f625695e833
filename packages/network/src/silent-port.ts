import { connect as tlsConnect } from "node:tls";
import { FailureError, failureOf } from "@mailfleet/contracts";
import { type Address, bareHost } from "./resolve-server.ts";
import { openSocket } from "./sockets.ts";

/** A server that greets at all has mostly done so by then. */
const SILENT_MS = 5000;
/** Servers that are slow to greet, and known to speak no TLS: they are not asked at each connection. */
const slow = new Set<string>();
const SLOW_SERVERS = 1000;

/** Who is connected to, and how long that may take. */
interface Connecting {
  readonly server: { readonly host: string; readonly port: number };
  readonly connectionTimeoutMs: number;
  /** Aborted at the deadline. */
  readonly signal: AbortSignal;
}

/**
 * The greeting of a server on an open connection without TLS, unless the port turns out to speak TLS from the first
 * byte: it then waits for a handshake, and would be silent until the deadline. It is asked once, over a second
 * connection. Throws PORT_SPEAKS_TLS.
 */
export async function unlessTls<Greeting>(
  greeting: Promise<Greeting>,
  { server, connectionTimeoutMs, signal }: Connecting,
  addresses: readonly Address[],
): Promise<Greeting> {
  const host = bareHost(server.host);
  const place = `${host}:${server.port}`;
  if (slow.has(place)) return greeting;
  const patienceMs = Math.min(SILENT_MS, connectionTimeoutMs / 4);
  let timer: NodeJS.Timeout | undefined;
  const silent = new Promise<"silent">((resolve) => {
    timer = setTimeout(() => resolve("silent"), patienceMs);
  });
  const first = await Promise.race([greeting.then((value) => ({ value })), silent]).finally(() => clearTimeout(timer));
  if (first !== "silent") return first.value;
  greeting.catch(() => {});
  const until = AbortSignal.any([signal, AbortSignal.timeout(Math.ceil(2 * patienceMs))]);
  if (await speaksTls(server.port, addresses, until))
    throw new FailureError(failureOf("PORT_SPEAKS_TLS", { host, port: server.port }));
  if (slow.size < SLOW_SERVERS) slow.add(place);
  return greeting;
}

/** Whether a port speaks TLS from the first byte. Proves nothing about the server, so nothing is sent. Never throws. */
async function speaksTls(port: number, addresses: readonly Address[], signal: AbortSignal): Promise<boolean> {
  const socket = await openSocket(port, addresses, signal).catch(() => null);
  if (!socket) return false;
  const secure = tlsConnect({ socket, rejectUnauthorized: false });
  try {
    return await new Promise<boolean>((resolve) => {
      secure.once("secureConnect", () => resolve(true));
      secure.once("error", () => resolve(false));
      secure.once("close", () => resolve(false));
      signal.addEventListener("abort", () => resolve(false), { once: true });
      if (signal.aborted) resolve(false);
    });
  } finally {
    secure.on("error", () => {});
    secure.destroy();
    socket.destroy();
  }
}
