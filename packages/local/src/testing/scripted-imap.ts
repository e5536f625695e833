import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";

/** A server that answers each line as a test says, and keeps what it received. */
export interface ScriptedImap {
  readonly port: number;
  readonly heard: string[];
  close(): Promise<void>;
}

/** One connection to it. */
export interface ScriptedConnection {
  readonly socket: Socket;
  /** Counted from 1 on. */
  readonly number: number;
  /** Of the command. */
  readonly tag: string;
}

/** What is sent unchanged; `null` hangs up at once, `{ last }` after it was sent. */
export type ScriptedReply = string | null | { readonly last: string };

/** Starts one on loopback. `answer` gets a line without its end. */
export async function scriptedImap(
  greeting: string,
  answer: (tag: string, command: string, connection: ScriptedConnection) => ScriptedReply = () => "",
): Promise<ScriptedImap> {
  const heard: string[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    const number = connections;
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
        const [, tag = line, command = ""] = /^(\S*) (.*)$/.exec(line) ?? [];
        const reply = answer(tag, command, { socket, number, tag });
        if (reply === null) socket.destroy();
        else if (typeof reply === "object") socket.end(reply.last, "latin1");
        else if (reply) socket.write(reply, "latin1");
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
