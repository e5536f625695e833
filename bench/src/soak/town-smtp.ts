import type { Server } from "node:net";
import { buffer } from "node:stream/consumers";
import { SMTPServer } from "smtp-server";

/** An SMTP server that lets everybody in and tells what it takes; it is given its connections. */
export function townSmtp(take: (messageId: string, to: readonly string[], raw: string) => void): Server {
  const smtp = new SMTPServer({
    disabledCommands: ["STARTTLS"],
    allowInsecureAuth: true,
    disableReverseLookup: true,
    logger: false,
    onAuth: (auth, _session, done) => done(null, { user: auth.username ?? "" }),
    onData: (stream, { envelope }, done) => {
      buffer(stream).then(
        (bytes) => {
          const raw = bytes.toString("latin1");
          const messageId = /^message-id:\s*(<[^>\r\n]+>)/im.exec(raw)?.[1] ?? "";
          const to = envelope.rcptTo.map(({ address }) => address);
          take(messageId, to, raw);
          done(null);
        },
        (error: Error) => done(error),
      );
    },
  });
  // A connection that is cut when the services stop.
  smtp.on("error", () => {});
  return smtp.server;
}
