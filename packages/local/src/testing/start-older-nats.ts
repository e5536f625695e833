import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/**
 * A port that says it is NATS of this version and hands everything else to a real server: its `INFO {…}`, which it says
 * more than once, has another `version`.
 */
export async function startOlderNats(url: string, version: string): Promise<{ url: string; stop(): Promise<void> }> {
  const { hostname, port, username, password } = new URL(url);
  const open = new Set<Socket>();
  const server = createServer((client) => {
    const real = connect(Number(port), hostname);
    for (const one of [client, real]) open.add(one.on("error", () => {}).on("close", () => open.delete(one)));
    client.pipe(real);
    real.on("data", (chunk: Buffer) => {
      const text = chunk.toString("latin1");
      const older = text.replace(
        /^INFO (\{.*\})/gm,
        (_, info) => `INFO ${JSON.stringify({ ...JSON.parse(info), version })}`,
      );
      client.write(older, "latin1");
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const own = (server.address() as AddressInfo).port;
  return {
    url: `nats://${username ? `${username}:${password}@` : ""}127.0.0.1:${own}`,
    stop: async () => {
      server.close();
      for (const one of open) one.destroy();
    },
  };
}
