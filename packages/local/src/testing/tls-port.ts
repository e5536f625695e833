import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createServer } from "node:tls";
import { makeCertificate } from "../doubles/http/certificate.ts";

/** A port on loopback that speaks TLS from the first byte, and says `greeting` once it is secure. */
export async function startTlsPort(greeting: string): Promise<{ readonly port: number; close(): Promise<void> }> {
  const { key, certificate: cert } = await makeCertificate();
  const server = createServer({ key, cert }, (socket) => {
    socket.on("error", () => {});
    socket.end(greeting);
  });
  server.on("tlsClientError", (_error, socket) => void socket.destroy());
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return { port, close: async () => void (await new Promise((resolve) => server.close(resolve))) };
}
