import { isIP, type LookupFunction, connect as netConnect, type Socket } from "node:net";
import {
  createSecureContext,
  getCACertificates,
  type SecureContext,
  type TLSSocket,
  connect as tlsConnect,
} from "node:tls";
import { type Address, bareHost } from "./resolve-server.ts";

/** The name the certificate must have. */
export interface TlsServer {
  readonly host: string;
  /** PEM of private authorities, trusted in addition to the public ones. */
  readonly trustedCertificates?: string;
}

/** Opens a TCP connection to the first of these addresses that answers (RFC 8305). Rejects with the system's error. */
export function openSocket(port: number, addresses: readonly Address[], signal: AbortSignal): Promise<Socket> {
  const socket = netConnect({
    port,
    noDelay: true,
    keepAlive: true,
    autoSelectFamily: addresses.length > 1,
    host: "server.invalid",
    lookup: lookupIn(addresses),
  });
  return ready(socket, "connect", signal);
}

/** A lookup that resolves nothing: it returns these addresses for every name, because they were checked. */
export function lookupIn(addresses: readonly Address[]): LookupFunction {
  return (_host, options, done) => {
    if (options.all) done(null, [...addresses]);
    else done(null, addresses[0]?.address ?? "", addresses[0]?.family);
  };
}

/** TLS (1.2 or later) over an open socket. The certificate must be trusted and carry the server's name. */
export function secureSocket(socket: Socket, server: TlsServer, signal: AbortSignal): Promise<TLSSocket> {
  const host = bareHost(server.host);
  const secure = tlsConnect({
    socket,
    host,
    ...(isIP(host) ? {} : { servername: host }),
    secureContext: trustFor(server.trustedCertificates),
  });
  return ready(secure, "secureConnect", signal);
}

function ready<Kind extends Socket>(socket: Kind, event: string, signal: AbortSignal): Promise<Kind> {
  return new Promise((resolve, reject) => {
    const abort = () => socket.destroy(signal.reason);
    const settle = () => {
      signal.removeEventListener("abort", abort);
      socket.off("error", failed);
      socket.off("close", closed);
      socket.off(event, done);
    };
    const done = () => {
      settle();
      resolve(socket);
    };
    const failed = (error: unknown) => {
      settle();
      // A late error concerns nobody and must not end the process.
      socket.on("error", () => {});
      socket.destroy();
      reject(error);
    };
    const closed = () => failed(Object.assign(new Error("closed while connecting"), { code: "EPROTO" }));
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
    socket.on("error", failed);
    socket.on("close", closed);
    socket.on(event, done);
  });
}

/** Reading a hundred public authorities costs milliseconds, so each set is read once. */
const contexts = new Map<string, SecureContext>();
const CONTEXTS_LIMIT = 200;

/** What a TLS client trusts: the public authorities and these (PEM). */
export function trustFor(trusted = ""): SecureContext {
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
