import type { Readable } from "node:stream";
import { SMTPServer, type SMTPServerSession } from "smtp-server";
import { listenOn, type SandboxListener } from "./sandbox-imap.ts";

/** One message that a client handed over, as the server saw it. */
export interface Submission {
  readonly from: string;
  readonly to: readonly string[];
  readonly messageId: string | null;
  readonly at: number;
}

/** What goes wrong with the next submission. */
export type Trouble =
  /** A reply of the server's at this stage, e.g. 451 at `data`. */
  | { readonly stage: "from" | "to" | "data"; readonly code: number; readonly text: string }
  /** The message is taken and delivered, and the connection breaks before the answer. */
  | { readonly stage: "after-dot" };

/** What the SMTP side asks of the sandbox. */
export interface SmtpHouse {
  passwordOf(user: string): string | undefined;
  deliver(address: string, raw: Buffer): boolean;
  knows(address: string): boolean;
  /** Takes the next trouble if it belongs to this stage. */
  trouble(stage: Trouble["stage"]): Trouble | undefined;
  note(submission: Submission): void;
}

const refusal = (code: number, text: string) => Object.assign(new Error(text), { responseCode: code });

/** The SMTP side: takes mail of signed-in users, under their own address, for sandbox addresses only. */
export function listenSmtp(house: SmtpHouse, wishedPort: number): Promise<SandboxListener> {
  const stopAt = (stage: "from" | "to" | "data") => {
    const trouble = house.trouble(stage);
    return trouble && "code" in trouble ? refusal(trouble.code, trouble.text) : null;
  };
  const smtp = new SMTPServer({
    disabledCommands: ["STARTTLS"],
    allowInsecureAuth: true,
    disableReverseLookup: true,
    logger: false,
    onAuth: (auth, _session, done) => {
      const user = (auth.username ?? "").toLowerCase();
      const expected = house.passwordOf(user);
      if (expected !== undefined && expected === auth.password) done(null, { user });
      else done(refusal(535, "5.7.8 Authentication credentials invalid"));
    },
    onMailFrom: ({ address }, session, done) => {
      const own = address.toLowerCase() === String(session.user);
      done(own ? stopAt("from") : refusal(553, "5.7.1 Sender address is not owned by this user"));
    },
    onRcptTo: ({ address }, _session, done) =>
      done(house.knows(address) ? stopAt("to") : refusal(550, "5.1.1 No such user here")),
    onData: (stream, session, done) => {
      bytesOf(stream).then(
        (raw) => {
          const refused = stopAt("data");
          if (refused) return done(refused);
          take(raw, session);
          if (house.trouble("after-dot")) sockets.get(session.remotePort)?.destroy();
          else done(null);
        },
        // The client went away in the middle: nothing was taken.
        () => done(refusal(451, "4.4.2 the message did not come to its end")),
      );
    },
  });
  smtp.on("error", () => {});
  const take = (raw: Buffer, session: SMTPServerSession) => {
    const to = session.envelope.rcptTo.map(({ address }) => address.toLowerCase());
    const from = session.envelope.mailFrom ? session.envelope.mailFrom.address : "";
    const messageId = /^message-id:\s*(<[^>\r\n]+>)/im.exec(raw.subarray(0, 16_384).toString("latin1"))?.[1] ?? null;
    house.note({ from, to, messageId, at: Date.now() });
    for (const address of to) house.deliver(address, raw);
  };
  const sockets = new Map<number | undefined, { destroy(): void }>();
  return listenOn((socket) => {
    const { remotePort } = socket;
    sockets.set(remotePort, socket);
    socket.once("close", () => sockets.delete(remotePort));
    smtp.server.emit("connection", socket);
  }, wishedPort);
}

async function bytesOf(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
