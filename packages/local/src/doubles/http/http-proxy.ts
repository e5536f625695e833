import { once } from "node:events";
import { type AddressInfo, createServer, connect as dial, type Socket } from "node:net";

/** An HTTP proxy that takes CONNECT only. */
export interface HttpProxyDouble {
  readonly port: number;
  /** What it was asked, oldest first. */
  readonly asked: readonly { readonly target: string; readonly authorization: string | null }[];
  /** Said instead of connecting; `never`: nothing. */
  answer: string | "never" | null;
  stop(): Promise<void>;
}

/** Starts it on a free loopback port. Whatever host is asked for, it connects to that port on loopback. */
export async function startHttpProxy(): Promise<HttpProxyDouble> {
  const asked: { target: string; authorization: string | null }[] = [];
  const sockets = new Set<Socket>();
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => {}).on("close", () => sockets.delete(socket));
  };
  const server = createServer((client) => {
    keep(client);
    client.once("data", (head) => {
      const text = head.toString("latin1");
      const [, target = ""] = /^CONNECT (\S+) HTTP\/1\.1\r\n/.exec(text) ?? [];
      asked.push({ target, authorization: /^proxy-authorization: (.*)\r$/im.exec(text)?.[1] ?? null });
      if (double.answer === "never") return;
      if (double.answer !== null) return void client.end(double.answer);
      const upstream = dial(Number(target.split(":").at(-1)), "127.0.0.1", () => {
        client.write("HTTP/1.1 200 Connection established\r\n\r\n");
        client.pipe(upstream).pipe(client);
      });
      keep(upstream);
      upstream.on("close", () => client.destroy());
      client.on("close", () => upstream.destroy());
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const double: HttpProxyDouble = {
    port: (server.address() as AddressInfo).port,
    asked,
    answer: null,
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
  return double;
}
