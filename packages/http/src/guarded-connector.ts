import { lookup as resolve } from "node:dns";
import { isIP, type LookupFunction } from "node:net";
import { TLSSocket } from "node:tls";
import { FailureError, failureOf } from "@mailfleet/contracts";
import type { Network } from "@mailfleet/network";
import { judgeAddress } from "@mailfleet/network";
import { buildConnector } from "undici";
import { openTunnel } from "./open-tunnel.ts";
import { goesDirect, type HttpProxy } from "./proxy.ts";

/** How connections are made. */
export interface ConnectorOptions {
  readonly allowed: readonly Network[];
  readonly certificates: string[] | undefined;
  readonly timeoutMs: number;
  readonly proxy: HttpProxy | null;
  readonly secured?: ((by: Secured) => FailureError | null) | undefined;
}

/** How a connection is secured. */
export interface Secured {
  /** Such as `TLSv1.3`. */
  readonly protocol: string;
  /** By its name in TLS's registry. */
  readonly cipher: string;
  /** The server's certificate, in DER. */
  readonly certificate: Uint8Array | null;
}

/**
 * Connects only to allowed addresses. They are checked as resolved, at the moment of connecting, so a name that
 * resolves differently the second time (DNS rebinding) gains nothing. Where a proxy connects for us the same addresses are
 * refused, but the proxy resolves the name itself.
 */
export function guardedConnector({
  allowed,
  certificates,
  timeoutMs,
  proxy,
  secured,
}: ConnectorOptions): buildConnector.connector {
  const connectorFor = (plain: boolean) =>
    buildConnector({
      lookup: guardedLookup(plain, allowed),
      timeout: timeoutMs,
      allowH2: false,
      ...(certificates && { ca: certificates }),
    });
  const [secure, plain] = [connectorFor(false), connectorFor(true)];
  return (options, callback) => {
    const isPlain = options.protocol === "http:";
    // A literal address needs no lookup.
    const refusal = isIP(options.hostname) ? refusalOf(options.hostname, [options.hostname], isPlain, allowed) : null;
    if (refusal) return callback(refusal, null);
    const overTls = (given: buildConnector.Options) =>
      secure(given, (...[error, socket]) => {
        const refusal = socket instanceof TLSSocket ? (secured?.(securedBy(socket)) ?? null) : null;
        if (refusal) {
          socket?.destroy();
          return callback(refusal, null);
        }
        callback(...([error, socket] as Parameters<typeof callback>));
      });
    const port = Number(options.port) || (isPlain ? 80 : 443);
    if (proxy === null || goesDirect(proxy, options.hostname, port))
      return isPlain ? plain(options, callback) : overTls(options);
    const lookup = guardedLookup(isPlain, allowed);
    const judged = new Promise<void>((resolve, reject) => {
      if (isIP(options.hostname)) resolve();
      else lookup(options.hostname, { all: true }, (error) => (error ? reject(error) : resolve()));
    });
    judged
      .then(() => openTunnel(proxy, { host: options.hostname, port }, timeoutMs))
      .then(
        (socket) => {
          if (isPlain) return callback(null, socket);
          try {
            overTls({ ...options, httpSocket: socket });
          } catch (error) {
            // What TLS itself does not take, such as a name: nobody else would hear of it.
            socket.destroy();
            callback(error as Error, null);
          }
        },
        (error: Error) => callback(error, null),
      );
  };
}

function securedBy(socket: TLSSocket): Secured {
  const certificate = socket.getPeerX509Certificate()?.raw ?? null;
  return { protocol: socket.getProtocol() ?? "TLS", cipher: socket.getCipher().standardName, certificate };
}

function guardedLookup(plain: boolean, allowed: readonly Network[]): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, found) => {
      if (error) return callback(error, "");
      const refusal = refusalOf(
        hostname,
        found.map(({ address }) => address),
        plain,
        allowed,
      );
      if (refusal) return callback(refusal, "");
      if (options.all) return callback(null, found);
      const [first] = found;
      return callback(null, first?.address ?? "", first?.family ?? 4);
    });
  };
}

/** Why we must not connect. One forbidden address among several is enough. */
function refusalOf(
  host: string,
  addresses: readonly string[],
  plain: boolean,
  allowed: readonly Network[],
): FailureError | null {
  for (const address of addresses) {
    const verdict = judgeAddress(address, allowed);
    if (verdict === "allowed-private" || (verdict === "public" && !plain)) continue;
    const why = verdict === "public" ? "and plain HTTP is for allowed private networks only" : "which is not allowed";
    return new FailureError(failureOf("ADDRESS_NOT_ALLOWED", { host, reply: `${host} leads to ${address}, ${why}` }));
  }
  return null;
}
