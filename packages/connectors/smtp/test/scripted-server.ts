import { createServer, type Socket } from "node:net";

/** What the server does at one point: writes a reply, or does something else with the socket. */
export type Move = string | ((socket: Socket) => void);

/**
 * Moves by moment; what is not named is answered as a friendly server would. Functions see how often it was reached.
 */
export interface Script {
  greeting?: Move;
  ehlo?: string | ((line: string, nth: number) => Move);
  helo?: Move;
  auth?: Move;
  /** Instead of `auth`: by the command, and then by each line that answers to a 334. */
  signIn?: (line: string) => Move;
  mail?: (line: string, nth: number) => Move;
  rcpt?: (line: string, nth: number) => Move;
  data?: (nth: number) => Move;
  /** With the message as it came over the wire, its last dot taken off. */
  final?: (message: string, nth: number) => Move;
  /** How long it takes to close after QUIT, in milliseconds. */
  closesAfterMs?: number;
}

export interface ScriptedServer {
  readonly port: number;
  /** Every complete command line and message in order. */
  readonly messages: string[];
  readonly lines: string[];
  connections: number;
  /** The most that it had open at once. */
  most: number;
  /** Those that it has open now. */
  readonly open: number;
  /** How often a command came in one piece with the end of a content. */
  together: number;
  stop(): Promise<void>;
}

const friendlyEhlo =
  "250-scripted\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SIZE 100000\r\n250-STARTTLS\r\n250 AUTH PLAIN LOGIN";

/** An SMTP server that plays one nasty role. It writes the bytes itself, so that nothing is smoothed over. */
export async function scriptedServer(script: Script = {}): Promise<ScriptedServer> {
  const sockets = new Set<Socket>();
  const seen = { port: 0, messages: [], lines: [], connections: 0, most: 0, together: 0 } as Omit<
    ScriptedServer,
    "open" | "stop"
  >;
  const count = { ehlo: 0, mail: 0, rcpt: 0, data: 0, final: 0 };
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    seen.connections += 1;
    sockets.add(socket);
    seen.most = Math.max(seen.most, sockets.size);
    socket.on("close", () => sockets.delete(socket));
    const close = (goodbye: string) => setTimeout(() => socket.end(goodbye), script.closesAfterMs ?? 0);
    socket.on("end", () => close(""));
    socket.on("error", () => {});
    const play = (move: Move) => (typeof move === "string" ? socket.write(`${move}\r\n`) : move(socket));
    let rest = "";
    let inData = false;
    /** The server asked for more of a sign-in. */
    let asks = false;
    const playSignIn = (line: string) => {
      const move = script.signIn?.(line) ?? script.auth ?? "235 2.7.0 welcome";
      asks = typeof move === "string" && move.startsWith("334");
      play(move);
    };
    socket.on("data", (chunk) => {
      rest += chunk.toString("latin1");
      for (;;) {
        const end = inData ? `\r\n${rest}`.indexOf("\r\n.\r\n") : rest.indexOf("\r\n");
        if (end < 0) return;
        if (inData) {
          const message = rest.slice(0, end);
          rest = rest.slice(end + 3);
          inData = false;
          if (rest.startsWith("MAIL")) seen.together += 1;
          seen.messages.push(message);
          const move = script.final?.(message, ++count.final) ?? "250 2.0.0 taken";
          play(move);
          // Answers come in the order of the commands: behind one that is not answered there is none.
          if (typeof move !== "string") return;
          continue;
        }
        const line = rest.slice(0, end);
        rest = rest.slice(end + 2);
        seen.lines.push(line);
        const verb = line.slice(0, 4).toUpperCase();
        const { ehlo = friendlyEhlo } = script;
        if (asks) playSignIn(line);
        else if (verb === "EHLO") play(typeof ehlo === "string" ? ehlo : ehlo(line, ++count.ehlo));
        else if (verb === "HELO") play(script.helo ?? "250 scripted");
        else if (verb === "AUTH") playSignIn(line);
        else if (verb === "MAIL") play(script.mail?.(line, ++count.mail) ?? "250 2.1.0 sender ok");
        else if (verb === "RCPT") play(script.rcpt?.(line, ++count.rcpt) ?? "250 2.1.5 recipient ok");
        else if (verb === "DATA") {
          const move = script.data?.(++count.data) ?? "354 go on";
          inData = typeof move === "string" && move.startsWith("354");
          play(move);
        } else if (verb === "QUIT") close("221 bye\r\n");
        else play("250 2.0.0 ok");
      }
    });
    play(script.greeting ?? "220 scripted ESMTP");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  const stop = async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  };
  return Object.defineProperty(Object.assign(seen, { port, stop, open: 0 }), "open", { get: () => sockets.size });
}
