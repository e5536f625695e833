import { isIP, connect as netConnect, type Socket } from "node:net";
import {
  createSecureContext,
  getCACertificates,
  type SecureContext,
  type TLSSocket,
  connect as tlsConnect,
} from "node:tls";
import type { ConnectOptions } from "@mailfleet/connector-api";

/** Opens a TCP connection to the first address that answers (RFC 8305). Rejects with the system's error. */
export function openSocket(
  port: number,
  addresses: readonly { address: string; family: number }[],
  signal: AbortSignal,
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = netConnect({
      host: addresses[0]?.address ?? "",
      port,
      noDelay: true,
      keepAlive: true,
      autoSelectFamily: addresses.length > 1,
      ...(addresses.length > 1
        ? { host: "server.invalid", lookup: (_host, _options, done) => done(null, [...addresses]) }
        : {}),
    });
    const abort = () => socket.destroy(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    socket.once("error", reject);
    socket.once("connect", () => {
      signal.removeEventListener("abort", abort);
      socket.off("error", reject);
      resolve(socket);
    });
  });
}

/** TLS over an open socket, with the server's name checked against its certificate. */
export function secureSocket(
  socket: Socket,
  server: ConnectOptions["server"],
  signal: AbortSignal,
): Promise<TLSSocket> {
  const host = server.host.replace(/^\[|\]$/g, "");
  return new Promise((resolve, reject) => {
    const secure = tlsConnect({
      socket,
      host,
      ...(isIP(host) ? {} : { servername: host }),
      secureContext: contextFor(server.trustedCertificates),
    });
    const abort = () => secure.destroy(signal.reason);
    const closed = () => reject(Object.assign(new Error("closed during the handshake"), { code: "EPROTO" }));
    signal.addEventListener("abort", abort, { once: true });
    secure.once("error", reject);
    secure.once("close", closed);
    secure.once("secureConnect", () => {
      signal.removeEventListener("abort", abort);
      secure.off("error", reject);
      secure.off("close", closed);
      resolve(secure);
    });
  });
}

/** Reading a hundred public authorities costs milliseconds, so each set is read once. */
const contexts = new Map<string, SecureContext>();
const CONTEXTS_LIMIT = 200;

function contextFor(trusted = ""): SecureContext {
  const known = contexts.get(trusted);
  if (known) return known;
  const context = createSecureContext({
    minVersion: "TLSv1.2",
    ...(trusted ? { ca: [...getCACertificates("default"), trusted] } : {}),
  });
  if (contexts.size >= CONTEXTS_LIMIT) contexts.clear();
  contexts.set(trusted, context);
  return context;
}
