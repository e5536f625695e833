import type { Socket } from "node:net";
import { redactSecrets } from "@mailfleet/connector-api";
import { FailureError, failureOf } from "@mailfleet/contracts";
import { MalformedReply, ReplyReader, type SmtpReply } from "./reply.ts";

interface Waiter {
  resolve(reply: SmtpReply): void;
  reject(error: unknown): void;
}

const SLICE = 256 * 1024;
/** Replies that may come before they are waited for: one for each command of a long envelope that is sent at once. */
const EARLY_LIMIT = 2000;

/** Thrown when one of our time limits is over. The socket is closed then. */
export class ReplyTimeout extends Error {
  readonly code = "ETIMEDOUT";
  constructor() {
    super("no answer in time");
    this.name = "ReplyTimeout";
  }
}

/** A socket as commands and replies. Replies are given to those who ask in the order in which they asked. */
export class Channel {
  readonly #socket: Socket;
  readonly #reader: ReplyReader;
  #replies: SmtpReply[] = [];
  #waiters: Waiter[] = [];
  #ended: unknown = null;
  #left = false;
  readonly #gone = Promise.withResolvers<void>();
  /** Called once when the connection ends, whichever side ended it. */
  onEnd: () => void = () => {};

  /** `secrets`, present and future, are removed from the text of replies. */
  constructor(socket: Socket, secrets: ReadonlySet<string>) {
    this.#socket = socket;
    this.#reader = new ReplyReader((text) => redactSecrets(text, secrets, 2000));
    this.#listen();
  }

  /** Null while the connection can be used, else why not. */
  get ended(): unknown {
    return this.#ended;
  }

  /** Where the connection comes from. */
  get localAddress(): string | undefined {
    return this.#socket.localAddress;
  }

  /** True if nothing more can be handed over: it ended, or we said goodbye. */
  get isOver(): boolean {
    return this.#ended !== null || this.#left;
  }

  /** True if the server said something that nobody asked for: usually 421 before it closes an idle connection. */
  get hasUnsolicited(): boolean {
    return this.#replies.length > 0;
  }

  /** The first thing that the server said and nobody asked for, or `null`; it is taken away. */
  get early(): SmtpReply | null {
    return this.#replies.shift() ?? null;
  }

  /** True if bytes follow the last reply. Checked before TLS: somebody in between could have injected them. */
  get hasLeftovers(): boolean {
    return this.#replies.length > 0 || !this.#reader.isEmpty;
  }

  /** Takes the socket's own listeners away, so that TLS can take it over. */
  detach(): void {
    this.#socket.removeAllListeners("data");
    this.#socket.removeAllListeners("close");
    this.#socket.removeAllListeners("end");
  }

  #listen(): void {
    this.#socket.setNoDelay(true);
    this.#socket.on("data", (chunk) => this.#take(chunk));
    this.#socket.on("error", (error) => this.end(error));
    this.#socket.on("end", () => this.#last());
    this.#socket.on("close", () => this.#last());
  }

  /** The server closes. A refusal whose line end it left out is one all the same. */
  #last(): void {
    if (this.#ended) return;
    const said = this.#reader.last();
    if (said && this.#replies.length < EARLY_LIMIT) this.#give(said);
    this.end(lost());
  }

  #take(chunk: Buffer): void {
    if (this.#ended) return;
    try {
      this.#reader.read(chunk.toString("utf8"), (reply) => this.#give(reply));
    } catch (error) {
      this.end(error);
    }
  }

  #give(reply: SmtpReply): void {
    const waiter = this.#waiters.shift();
    if (waiter) waiter.resolve(reply);
    else if (this.#replies.length < EARLY_LIMIT) this.#replies.push(reply);
    else throw new MalformedReply(`more than ${EARLY_LIMIT} replies that nobody asked for`);
  }

  /** Closes at once; everybody who waits gets this error. */
  end(error: unknown): void {
    if (this.#ended) return;
    this.#ended = error;
    this.#socket.destroy();
    for (const waiter of this.#waiters.splice(0)) waiter.reject(error);
    this.#gone.resolve();
    this.onEnd();
  }

  /** Says goodbye. Resolves when the server has closed, too, or soon after: until then it counts this connection. */
  quit(): Promise<void> {
    if (this.#ended) return Promise.resolve();
    this.#left = true;
    this.#socket.end("QUIT\r\n");
    setTimeout(() => this.end(lost()), 1000).unref();
    return this.#gone.promise;
  }

  /** Writes without waiting; what goes wrong shows at the next reply. */
  write(bytes: string | Buffer): void {
    if (!this.#ended) this.#socket.write(bytes);
  }

  /** Writes pieces in one go where they are small, and with back-pressure where they are large. */
  async writeAll(pieces: readonly Buffer[], progressMs: number): Promise<void> {
    this.#socket.cork();
    let corked = 0;
    for (const piece of pieces) {
      for (let at = 0; at < piece.length; at += SLICE) {
        const slice = piece.subarray(at, at + SLICE);
        const room = this.#socket.write(slice);
        corked += slice.length;
        if (room && corked < SLICE) continue;
        this.#socket.uncork();
        corked = 0;
        if (this.#socket.writableNeedDrain) await this.#drained(progressMs);
        if (this.#ended) throw this.#ended;
        this.#socket.cork();
      }
    }
    this.#socket.uncork();
  }

  #drained(progressMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.end(new ReplyTimeout()), progressMs);
      const done = () => {
        clearTimeout(timer);
        this.#socket.off("drain", done);
        this.#socket.off("close", done);
        if (this.#ended) reject(this.#ended);
        else resolve();
      };
      this.#socket.once("drain", done);
      this.#socket.once("close", done);
    });
  }

  /** The next reply. Rejects with what ended the connection, or with `ReplyTimeout` after this many milliseconds. */
  async reply(withinMs: number): Promise<SmtpReply> {
    const early = this.#replies.shift();
    if (early) return early;
    if (this.#ended) throw this.#ended;
    const timer = setTimeout(() => this.end(new ReplyTimeout()), Math.max(1, withinMs));
    try {
      return await new Promise<SmtpReply>((resolve, reject) => this.#waiters.push({ resolve, reject }));
    } finally {
      clearTimeout(timer);
    }
  }
}

/** The server closed the connection while it was in use. */
function lost(): FailureError {
  return new FailureError(failureOf("CONNECTION_LOST"));
}
