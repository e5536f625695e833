import { createServer, type Socket } from "node:net";

/** What the sink answers; `drop` closes the connection without an answer. */
export interface SinkScript {
  rcpt?: (address: string) => string;
  mail?: () => string;
  final?: (messageId: string, nth: number) => string | Promise<string>;
  /** The same by the message, which it may keep. */
  content?: (raw: string) => Promise<string>;
}

/** A mail server that takes everything, quickly, unless its script says otherwise. */
export interface Sink {
  readonly port: number;
  /** Message-IDs in the order in which they were taken. */
  readonly taken: string[];
  readonly raw: string[];
  /** Messages that arrived with their final dot, whatever the answer was. */
  contents: number;
  script: SinkScript;
  logins: number;
  /** Connections open at the same time, at most so far. */
  most: number;
  stop(): Promise<void>;
  start(): Promise<void>;
}

export async function startSink(script: SinkScript = {}, options: { keepRaw?: boolean } = {}): Promise<Sink> {
  const sockets = new Set<Socket>();
  const hello = "250-sink\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 AUTH PLAIN\r\n";
  const server = createServer((socket) => {
    sockets.add(socket.setNoDelay(true));
    sink.most = Math.max(sink.most, sockets.size);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => {});
    let rest = "";
    let inData = false;
    let recipients = 0;
    const say = (answer: string) => {
      if (answer === "drop") socket.destroy();
      else socket.write(`${answer}\r\n`);
    };
    const take = async () => {
      let out = "";
      for (;;) {
        const end = inData ? rest.indexOf("\r\n.\r\n") : rest.indexOf("\r\n");
        if (end < 0) break;
        const part = rest.slice(0, end);
        rest = rest.slice(end + (inData ? 5 : 2));
        if (inData) {
          inData = false;
          const messageId = /^message-id:\s*(<[^>]*>)/im.exec(part)?.[1] ?? "";
          nth += 1;
          sink.contents += 1;
          const { final, content } = sink.script;
          const answer = content
            ? await content(`${part}\r\n`)
            : final
              ? await final(messageId, nth)
              : "250 2.0.0 taken";
          if (answer.startsWith("250")) {
            sink.taken.push(messageId);
            if (options.keepRaw) sink.raw.push(part);
          }
          say(answer);
          continue;
        }
        const verb = part.slice(0, 4).toUpperCase();
        if (verb === "EHLO") out += hello;
        else if (verb === "AUTH") {
          sink.logins += 1;
          out += "235 2.7.0 welcome\r\n";
        } else if (verb === "RCPT") {
          const answer = sink.script.rcpt?.(/<([^>]*)>/.exec(part)?.[1] ?? "") ?? "250 ok";
          if (answer === "drop") return say(answer);
          if (answer.startsWith("250")) recipients += 1;
          out += `${answer}\r\n`;
        } else if (verb === "MAIL") {
          recipients = 0;
          out += `${sink.script.mail?.() ?? "250 ok"}\r\n`;
        } else if (verb === "DATA") {
          inData = recipients > 0;
          out += inData ? "354 go on\r\n" : "554 5.5.1 no valid recipients\r\n";
        } else if (verb === "QUIT") out += "221 bye\r\n";
        else out += "250 ok\r\n";
      }
      if (out) socket.write(out);
    };
    let nth = 0;
    let queue = Promise.resolve();
    /** Of a large message: joined and looked through only when it is complete. */
    let held: string[] = [];
    socket.on("data", (data) => {
      const chunk = data.toString("latin1");
      queue = queue.then(() => {
        held.push(chunk);
        const before = held.length > 1 ? held.at(-2) : rest;
        if (inData && !`${before?.slice(-4)}${chunk}`.includes("\r\n.\r\n")) return;
        rest += held.join("");
        held = [];
        return take();
      });
    });
    socket.write("220 sink ESMTP\r\n");
  });
  const listen = (port: number) => new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  await listen(0);
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  const sink: Sink = {
    port,
    taken: [],
    raw: [],
    contents: 0,
    script,
    logins: 0,
    most: 0,
    start: () => listen(port),
    stop: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
  return sink;
}
