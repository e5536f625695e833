import type { Socket } from "node:net";
import { LARGEST_MESSAGE as ANSWER_LIMIT, foreignWords } from "@mailfleet/connector-api";
import { FailureError, failureOf } from "@mailfleet/contracts";
import type { BodySink } from "./body-sinks.ts";
import { createReplyReader, EndlessLine } from "./reply-reader.ts";

/** What a server answered to a command. */
export interface Reply {
  readonly status: "+OK" | "-ERR" | "+";
  /** The line as it came. */
  readonly text: string;
}

/** The server sent an unsolicited error: its reason for ending the session. */
export class ServerLeft extends Error {
  readonly reply: string;
  constructor(reply: string) {
    super("the server ended the session");
    this.name = "ServerLeft";
    this.reply = reply;
  }
}

/** A connection as commands and replies. */
export interface Wire {
  /**
   * Sends a command and returns its reply, also a negative one. A multi-line answer goes into `body`; the promise
   * resolves after its end, or with `atOnce` after its first line. Rejects with what ended the connection.
   */
  run(command: string, body?: BodySink, atOnce?: boolean): Promise<Reply>;
  /** The greeting. */
  greeting(): Promise<Reply>;
  /**
   * From here on, commands are sent while others are being answered (RFC 2449 §6.6). `stuck`: the server fell silent
   * before it had answered all of them.
   */
  startPipelining(stuck?: () => void): void;
  /** Undoes it. */
  stopPipelining(): void;
  /** Commands are sent one at a time from here on, or, `false`, together again where that was started. */
  goOneByOne(wanted?: boolean): void;
  /** Whether commands are sent while others are being answered. */
  readonly together: boolean;
  /** Ends it, as `stuck` does: an answer stood in the place of another one. Returns what ended it. */
  outOfStep(reply: string): unknown;
  /**
   * Sends a last command. If the reply is positive the socket is given away, untouched after the reply. A server, or
   * somebody in between, that said anything more is refused.
   */
  handOver(command: string): Promise<{ reply: Reply; socket: Socket | null }>;
  /** Stops the server from sending, by TCP back-pressure, or lets it continue. */
  pause(paused: boolean): void;
  /** What to say of a server that has not answered, if it ends the lines of a long answer with bare LF. */
  bareLf(): FailureError | null;
  /** Why the connection ended; `null` while it can be used. */
  readonly ended: unknown;
  /** Ends it at once, whatever is under way. */
  end(error?: unknown): void;
}

interface Waiter {
  /** `null`: nothing is sent, the server speaks first. */
  readonly command: string | null;
  readonly body: BodySink | undefined;
  readonly atOnce: boolean;
  reply: Reply | null;
  resolve(reply: Reply): void;
  reject(error: unknown): void;
}

/** A command whose answer we hold never ends if it is not done by then. What is streamed waits for its reader. */
const COMMAND_MS = 600_000;

/** This many empty lines in a row are not an answer. */
const MOST_BLANK = 100;

/**
 * Speaks POP3 on a socket. A wait for a reply ends after `silenceMs` without a byte, and after `commandMs` in any case.
 */
export function createWire(socket: Socket, silenceMs: number, commandMs = COMMAND_MS): Wire {
  /** Sent and not yet answered. */
  const waiting: Waiter[] = [];
  /** Not sent yet: without pipelining one at a time. */
  const held: Waiter[] = [];
  let outgoing = "";
  let pipelining = false;
  let oneByOne = false;
  let whenStuck = () => {};
  /** Of what is being answered some came together, whatever the server offers by now. */
  let several = false;
  let blank = 0;
  let paused = false;
  let ended: unknown = null;
  let answerBytes = 0;

  const end = (error: unknown = lost()) => {
    if (ended !== null) return;
    ended = error;
    socket.destroy();
    for (const waiter of [...waiting.splice(0), ...held.splice(0)]) {
      waiter.body?.fail(error);
      waiter.reject(error);
    }
  };
  const flush = () => {
    const bytes = outgoing;
    outgoing = "";
    if (bytes && ended === null) socket.write(bytes);
  };
  const send = (waiter: Waiter) => {
    several ||= waiting.length > 0;
    waiting.push(waiter);
    if (waiter.command === null) return;
    // Commands that are sent together leave in one packet.
    if (!outgoing) queueMicrotask(flush);
    outgoing += `${waiter.command}\r\n`;
  };
  const answered = (waiter: Waiter) => {
    waiting.shift();
    if (waiting.length === 0) several = false;
    const next = waiting.length === 0 ? held.shift() : undefined;
    if (next) send(next);
    waiter.resolve(waiter.reply as Reply);
  };

  const reader = createReplyReader({
    line(text) {
      // Some servers put an empty line behind an answer.
      blank = text.trim() === "" ? blank + 1 : 0;
      if (blank > 0 && blank <= MOST_BLANK) return false;
      const status = /^(\+OK|-ERR|\+)(?:[ \t]|$)/i.exec(text)?.[1]?.toUpperCase() as Reply["status"] | undefined;
      const waiter = waiting[0];
      // An answer too many, or half of one: one at a time they may be right.
      if (!status || !waiter) whenStuck();
      if (!status) throw new FailureError(failureOf("PROTOCOL_ERROR", { reply: foreignWords(text) }));
      if (!waiter)
        throw status === "-ERR"
          ? new ServerLeft(text)
          : new FailureError(failureOf("PROTOCOL_ERROR", { reply: `unsolicited: ${foreignWords(text)}` }));
      waiter.reply = { status, text };
      if (!waiter.body || status !== "+OK") {
        answered(waiter);
        return false;
      }
      answerBytes = 0;
      if (waiter.atOnce) waiter.resolve(waiter.reply);
      return true;
    },
    piece(bytes) {
      answerBytes += bytes.length;
      if (answerBytes > ANSWER_LIMIT)
        throw new FailureError(
          failureOf("ANSWER_TOO_LARGE", {
            ...(waiting[0]?.command && { command: waiting[0].command }),
            reply: `more than ${ANSWER_LIMIT} bytes`,
          }),
        );
      waiting[0]?.body?.piece(bytes);
    },
    end() {
      const waiter = waiting[0] as Waiter;
      waiter.body?.end();
      answered(waiter);
    },
  });

  const bareLf = () =>
    reader.hasBareEnd()
      ? new FailureError(
          failureOf("PROTOCOL_ERROR", {
            ...(waiting[0]?.command && { command: waiting[0].command }),
            reply: "the server ends lines with bare LF, where POP3 has CR LF (RFC 1939 §3), so its answers have no end",
          }),
        )
      : null;

  let greeted = false;
  const take = (chunk: Buffer) => {
    if (ended !== null) return;
    // "+" or "-" begins every greeting (RFC 1939 §3).
    if (!greeted && chunk[0] !== 0x2b && chunk[0] !== 0x2d)
      return end(
        new FailureError(failureOf("NOT_THIS_PROTOCOL", { reply: foreignWords(chunk.toString("latin1", 0, 200)) })),
      );
    greeted = true;
    try {
      reader.read(chunk);
    } catch (error) {
      end(
        error instanceof EndlessLine
          ? new FailureError(
              failureOf("PROTOCOL_ERROR", { reply: `a line without end: ${foreignWords(error.received)}` }),
            )
          : error,
      );
    }
  };
  const closed = () => end();
  const silent = () => {
    // Between commands, and while we make the server wait, silence is normal.
    if (waiting.length === 0 || paused) return;
    if (several) whenStuck();
    end(bareLf() ?? Object.assign(new Error("the server fell silent"), { code: "ETIMEDOUT" }));
  };
  socket.setNoDelay(true);
  socket.on("data", take);
  socket.on("error", end);
  socket.on("end", closed);
  socket.on("close", closed);
  socket.setTimeout(silenceMs, silent);

  const enqueue = (command: string | null, body: BodySink | undefined, atOnce: boolean) =>
    new Promise<Reply>((resolve, reject) => {
      if (ended !== null) {
        body?.fail(ended);
        return reject(ended);
      }
      const waiter: Waiter = { command, body, atOnce, reply: null, resolve, reject };
      const isFree = pipelining && !oneByOne && held.length === 0;
      if (isFree || waiting.length === 0) send(waiter);
      else held.push(waiter);
    });

  return {
    async run(command, body, atOnce = false) {
      if (atOnce) return enqueue(command, body, true);
      const late = setTimeout(
        () => end(Object.assign(new Error("an answer without end"), { code: "ETIMEDOUT" })),
        commandMs,
      );
      try {
        return await enqueue(command, body, false);
      } finally {
        clearTimeout(late);
      }
    },
    greeting: () => enqueue(null, undefined, false),
    startPipelining(stuck = () => {}) {
      pipelining = true;
      whenStuck = stuck;
    },
    stopPipelining() {
      pipelining = false;
    },
    goOneByOne(wanted = true) {
      oneByOne = wanted;
    },
    get together() {
      return pipelining && !oneByOne;
    },
    outOfStep(reply) {
      whenStuck();
      const words = `answers do not stand with their commands: ${foreignWords(reply)}`;
      end(new FailureError(failureOf("PROTOCOL_ERROR", { command: "STAT", reply: words })));
      return ended;
    },
    async handOver(command) {
      // Removed in the same turn as the reply arrives: later bytes belong to the next owner of the socket.
      const { promise, resolve, reject } = Promise.withResolvers<{ reply: Reply; socket: Socket | null }>();
      socket.off("data", take);
      const takeLast = (chunk: Buffer) => {
        take(chunk);
        const reply = last.reply;
        if (reply && (ended !== null || (reply.status === "+OK" && !reader.isEmpty()))) {
          end(injected());
          return reject(injected());
        }
        if (ended !== null || !reply) return;
        socket.off("data", takeLast);
        if (reply.status !== "+OK") {
          socket.on("data", take);
          return resolve({ reply, socket: null });
        }
        socket.pause();
        socket.off("end", closed);
        socket.off("close", closed);
        socket.off("error", end);
        socket.setTimeout(0);
        socket.off("timeout", silent);
        ended = lost();
        resolve({ reply, socket });
      };
      socket.on("data", takeLast);
      const last: Waiter = { command, body: undefined, atOnce: false, reply: null, resolve: () => {}, reject };
      if (ended !== null) reject(ended);
      else send(last);
      return promise;
    },
    pause(wanted) {
      if (wanted === paused || ended !== null) return;
      paused = wanted;
      if (paused) socket.pause();
      else {
        socket.resume();
        socket.setTimeout(silenceMs);
      }
    },
    bareLf,
    get ended() {
      return ended;
    },
    end,
  };
}

/** Answers that somebody sent before the handshake, hoping that we believe them after it. */
function injected(): FailureError {
  return new FailureError(failureOf("TLS_HANDSHAKE_FAILED", { command: "STLS", reply: "data before the handshake" }));
}

function lost(): FailureError {
  return new FailureError(failureOf("CONNECTION_LOST"));
}
