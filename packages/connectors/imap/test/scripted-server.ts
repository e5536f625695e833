import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";

/** A server that answers each line as a test says, and keeps what it received. */
export interface ScriptedServer {
  readonly port: number;
  readonly heard: string[];
  close(): Promise<void>;
}

/** Starts one on loopback. `answer` gets a line without its end. What it returns is sent unchanged; `null` hangs up. */
export async function scriptedServer(
  greeting: string,
  answer: (tag: string, command: string, socket: Socket) => string | null = () => "",
): Promise<ScriptedServer> {
  const heard: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => {});
    if (greeting) socket.write(greeting);
    let rest = "";
    socket.on("data", (data) => {
      const lines = (rest + data.toString("latin1")).split("\r\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        heard.push(line);
        const space = line.indexOf(" ");
        const reply = answer(line.slice(0, space), line.slice(space + 1), socket);
        if (reply === null) socket.destroy();
        else if (reply) socket.write(reply);
      }
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    heard,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
