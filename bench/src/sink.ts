import type { AddressInfo } from "node:net";
import { SMTPServer } from "smtp-server";

/** An SMTP server in this process that takes everything and keeps nothing but a count. */
export interface Sink {
  readonly port: number;
  received(): number;
  /** Resolves when this many have been taken since the last call of `reset`. */
  reached(count: number): Promise<void>;
  reset(): void;
  stop(): Promise<void>;
}

/** Starts the sink on a free loopback port. */
export async function startSink(): Promise<Sink> {
  let count = 0;
  let waiting: { count: number; resolve: () => void } | null = null;
  const server = new SMTPServer({
    disabledCommands: ["STARTTLS"],
    allowInsecureAuth: true,
    disableReverseLookup: true,
    onAuth: (auth, _session, done) => done(null, { user: auth.username ?? "" }),
    onData: (stream, _session, done) => {
      stream.resume();
      stream.once("end", () => {
        count += 1;
        done(null);
        if (waiting && count >= waiting.count) waiting.resolve();
      });
    },
  });
  // A connection that is cut when the services stop.
  server.on("error", () => {});
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.server.address() as AddressInfo).port,
    received: () => count,
    reached: (wanted) =>
      count >= wanted
        ? Promise.resolve()
        : new Promise((resolve) => {
            waiting = { count: wanted, resolve };
          }),
    reset: () => {
      count = 0;
      waiting = null;
    },
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
