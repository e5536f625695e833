import { once } from "node:events";
import { type AddressInfo, createServer, connect as dial, type Socket } from "node:net";
import { TLSSocket } from "node:tls";
import { makeCertificate } from "../doubles/http/certificate.ts";

/** What a port does that begins in the clear and goes on secured. */
export interface Upgrade {
  /** The answer to a command that asks for the handshake; `null`: to another one. */
  readonly answer: (line: string) => string | null;
  /** Port of the server that speaks before the handshake. */
  readonly before: number;
  /** Port of the one that speaks behind it. Its greeting is not passed on. */
  readonly behind: number;
}

/** A port on loopback that is secured by STARTTLS or STLS, with one scripted server before the handshake and one behind. */
export async function startUpgradingPort({ answer, before, behind }: Upgrade) {
  const { key, certificate } = await makeCertificate();
  const sockets = new Set<Socket>();
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => sockets.delete(socket));
    return socket;
  };
  const server = createServer((client) => {
    keep(client);
    const plain = keep(dial(before, "127.0.0.1"));
    plain.pipe(client);
    const take = (data: Buffer) => {
      const reply = answer(data.toString("latin1").trimEnd());
      if (reply === null) return void plain.write(data);
      client.off("data", take);
      client.pause();
      plain.unpipe(client);
      plain.destroy();
      client.write(reply);
      const secured = keep(new TLSSocket(client, { isServer: true, key, cert: certificate }));
      const next = keep(dial(behind, "127.0.0.1"));
      secured.pipe(next);
      next.once("data", () => next.pipe(secured));
      next.once("close", () => secured.destroy());
      secured.once("close", () => next.destroy());
    };
    client.on("data", take);
    client.once("close", () => plain.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    certificate,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
