import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";

/** A message of a scripted maildrop. */
export interface ScriptedMessage {
  /** Without dot-stuffing, with CRLF at its end. */
  readonly raw: Buffer | string;
  readonly uidl?: string;
  /** What LIST claims. */
  readonly claimed?: number;
}

/** One connection to it. */
export interface Pop3Connection {
  readonly socket: Socket;
  /** Counted from 1 on. */
  readonly number: number;
}

/** What a scripted server is and does. A test may change it while the server runs. */
export interface Pop3Script {
  greeting?: string;
  /** Lines of CAPA; `null`: it does not know CAPA. */
  capabilities?: readonly string[] | null;
  messages?: readonly ScriptedMessage[];
  /** Its answer to a command, sent unchanged. `undefined`: the usual one; `null`: it hangs up; "": silence. */
  answer?: (command: string, connection: Pop3Connection) => string | Buffer | null | undefined;
  /** Changes what it would answer; `null`: it hangs up. */
  edit?: (reply: string, command: string, connection: Pop3Connection) => string | null;
  /** Sends everything in pieces of this many bytes. */
  cut?: number;
  /** Of commands that come together it reads the first, whatever it promises. */
  onlyFirst?: boolean;
}

/** A POP3 server that does what a test says, and keeps what it received. */
export interface ScriptedPop3 {
  readonly port: number;
  readonly heard: string[];
  /** Commands that arrived before the last one was answered. */
  readonly pipelined: number;
  close(): Promise<void>;
}

/** What CAPA of a usual server says. */
export const usualCapabilities = ["TOP", "UIDL", "USER", "PIPELINING", "SASL PLAIN XOAUTH2"];

/** Starts one on loopback. */
export async function scriptedPop3(script: Pop3Script): Promise<ScriptedPop3> {
  const heard: string[] = [];
  const sockets = new Set<Socket>();
  let pipelined = 0;
  let connections = 0;

  const server = createServer((socket) => {
    const { greeting = "+OK ready\r\n", capabilities = usualCapabilities, cut } = script;
    connections += 1;
    const connection = { socket, number: connections };
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => {});
    const deleted = new Set<number>();
    const write = async (text: string | Buffer) => {
      const bytes = Buffer.from(text as string, "latin1");
      if (!cut) return socket.write(bytes);
      for (let at = 0; at < bytes.length; at += cut) {
        socket.write(bytes.subarray(at, at + cut));
        await new Promise(setImmediate);
      }
      return true;
    };
    let writing: Promise<unknown> = greeting ? write(greeting) : Promise.resolve();
    let rest = "";
    let authenticating = false;
    let gone = false;
    socket.on("data", (data) => {
      const lines = (rest + data.toString("latin1")).split("\r\n");
      rest = lines.pop() ?? "";
      pipelined += Math.max(0, lines.length - 1);
      for (const line of script.onlyFirst ? lines.slice(0, 1) : lines) {
        heard.push(line);
        const own = script.answer?.(line, connection);
        const reply = own === undefined ? edited(line) : own;
        if (reply === null) gone = true;
        if (gone) writing = writing.then(() => socket.destroySoon());
        else if (reply) writing = writing.then(() => write(reply));
      }
    });

    function edited(line: string): string | Buffer | null {
      const reply = usually(line);
      return script.edit ? script.edit(reply.toString("latin1"), line, connection) : reply;
    }

    function usually(line: string): string | Buffer {
      const { messages = [] } = script;
      const [verb = "", first = "", second = ""] = line.split(" ");
      const there = messages.map((message, at) => ({ ...message, at })).filter(({ at }) => !deleted.has(at));
      const one = there.find(({ at }) => at === Number(first) - 1);
      const list = (each: (message: ScriptedMessage & { at: number }) => string) =>
        `+OK list follows\r\n${there.map((message) => `${each(message)}\r\n`).join("")}.\r\n`;
      if (authenticating) {
        authenticating = false;
        return "+OK signed in\r\n";
      }
      switch (verb) {
        case "CAPA":
          return capabilities
            ? `+OK\r\n${capabilities.map((name) => `${name}\r\n`).join("")}.\r\n`
            : "-ERR unknown\r\n";
        case "AUTH":
          authenticating = true;
          return "+ \r\n";
        case "USER":
        case "PASS":
          return "+OK\r\n";
        case "STAT":
          return `+OK ${there.length} 0\r\n`;
        case "LIST":
          return list(({ at, raw, claimed }) => `${at + 1} ${claimed ?? raw.length}`);
        case "UIDL":
          return list(({ at, uidl }) => `${at + 1} ${uidl ?? `uid-${at + 1}`}`);
        case "TOP":
        case "RETR":
          if (!one) return "-ERR no such message\r\n";
          return Buffer.concat([Buffer.from("+OK\r\n"), stuffed(one.raw, verb === "TOP" ? Number(second) : null)]);
        case "DELE":
          if (!one) return "-ERR no such message\r\n";
          deleted.add(one.at);
          return "+OK\r\n";
        case "QUIT":
          return "+OK bye\r\n";
        default:
          return "-ERR unknown command\r\n";
      }
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    heard,
    get pipelined() {
      return pipelined;
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

function stuffed(raw: Buffer | string, lines: number | null): Buffer {
  let text = Buffer.from(raw as string, "latin1").toString("latin1");
  if (lines === 0) text = text.slice(0, text.indexOf("\r\n\r\n") + 4);
  return Buffer.from(`${text.replace(/(^|\r\n)\./g, "$1..")}.\r\n`, "latin1");
}
