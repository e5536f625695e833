import { once } from "node:events";
import { createServer as createHttp, type RequestListener } from "node:http";
import { createServer as createHttps } from "node:https";
import type { AddressInfo } from "node:net";
import type { Certificate } from "./certificate.ts";

/** A server on a loopback port. */
export interface Listening {
  /** `http://127.0.0.1:port`, or https with a certificate. */
  readonly origin: string;
  /** Ends open connections and goes on. */
  hangUp(): void;
  /** Ends open connections too. Harmless twice. */
  stop(): Promise<void>;
}

/** Listens on 127.0.0.1, at a free port unless one is named; https if a certificate is given. Throws if the port is taken. */
export async function listen(handle: RequestListener, certificate?: Certificate, wished = 0): Promise<Listening> {
  const server = certificate
    ? createHttps({ key: certificate.key, cert: certificate.certificate }, handle)
    : createHttp(handle);
  // A test that pauses between two requests must not meet a connection that closes at that moment.
  server.keepAliveTimeout = 60_000;
  server.listen(wished, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    origin: `${certificate ? "https" : "http"}://127.0.0.1:${port}`,
    hangUp: () => server.closeAllConnections(),
    stop: async () => {
      if (!server.listening) return;
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
