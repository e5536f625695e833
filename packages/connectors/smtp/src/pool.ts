import {
  type ConnectOptions,
  type Envelope,
  type OutboundSession,
  type Permission,
  type StreamedMessage,
  type Submitted,
  UncertainError,
} from "@mailfleet/connector-api";
import { FailureError, failureOf } from "@mailfleet/contracts";
import { connect } from "./connect.ts";
import type { Deadlines } from "./deadlines.ts";
import type { Connected } from "./set-up.ts";
import { transact } from "./transaction.ts";

interface Pooled {
  readonly connected: Connected;
  messages: number;
  idleSince: number;
}

/** Failures of a used connection that a fresh one may not have: the server had just closed it, or had enough of it. */
const worthAFreshConnection = new Set(["CONNECTION_LOST", "SERVER_UNAVAILABLE", "RATE_LIMITED", "PROTOCOL_ERROR"]);
const CLOSE_GRACE_MS = 5000;

/** Connections to one server for one holder of credentials: limited in number, made when needed, kept while used. */
export class SmtpPool implements OutboundSession {
  readonly #options: ConnectOptions;
  readonly #deadlines: Deadlines;
  readonly #idle: Pooled[] = [];
  readonly #busy = new Set<Pooled>();
  readonly #waiting: (() => void)[] = [];
  #free: number;
  /** Connections that may be kept open; more may be made again when they are asked for. */
  #kept = Number.POSITIVE_INFINITY;
  #closed = false;
  #sweeper: NodeJS.Timeout | null = null;

  constructor(options: ConnectOptions, maximumConnections: number, deadlines: Deadlines) {
    this.#options = options;
    this.#deadlines = deadlines;
    this.#free = Math.max(1, maximumConnections);
  }

  async submit(
    envelope: Envelope,
    raw: Uint8Array | StreamedMessage,
    signal: AbortSignal,
    permission?: Permission,
  ): Promise<Submitted> {
    await this.#takeTurn(signal);
    try {
      const used = this.#takeIdle();
      if (used) {
        try {
          return await this.#over(used, envelope, raw, signal, permission);
        } catch (error) {
          // Certainly not sent, and perhaps only because the server closes idle connections: once more, over a new one.
          if (!this.#mayTryFresh(used, error, signal)) throw error;
        }
      }
      const fresh = { connected: await connect(this.#options, signal), messages: 0, idleSince: 0 };
      return await this.#over(fresh, envelope, raw, signal, permission);
    } finally {
      this.#giveTurn();
    }
  }

  #mayTryFresh(used: Pooled, error: unknown, signal: AbortSignal): boolean {
    if (error instanceof UncertainError || !(error instanceof FailureError) || signal.aborted) return false;
    return used.connected.channel.ended !== null && worthAFreshConnection.has(error.failure.code);
  }

  async #over(
    pooled: Pooled,
    envelope: Envelope,
    raw: Uint8Array | StreamedMessage,
    signal: AbortSignal,
    permission: Permission | undefined,
  ): Promise<Submitted> {
    this.#busy.add(pooled);
    try {
      const { host, port } = this.#options.server;
      const context = {
        deadlines: this.#deadlines,
        host,
        port,
        signedIn: this.#options.credentials !== null,
        eightBitPolicy: this.#options.eightBitPolicy ?? "encode",
      };
      return await transact(pooled.connected, envelope, raw, context, signal, permission);
    } catch (error) {
      // 421 means that the server closes the channel (RFC 5321 §3.8), though it may take a moment.
      if (error instanceof FailureError && /^421/.test(error.failure.evidence?.reply ?? ""))
        pooled.connected.channel.end(error);
      throw error;
    } finally {
      this.#busy.delete(pooled);
      pooled.messages += 1;
      this.#keep(pooled);
    }
  }

  #keep(pooled: Pooled): void {
    const { channel } = pooled.connected;
    if (channel.ended) return;
    const enough = this.#idle.length + this.#busy.size >= this.#kept;
    if (this.#closed || enough || pooled.messages >= this.#deadlines.messagesPerConnection) {
      channel.quit();
      return;
    }
    pooled.idleSince = performance.now();
    this.#idle.push(pooled);
    this.#sweeper ??= setInterval(() => this.#dropStale(), Math.max(50, this.#deadlines.idleMs / 4)).unref();
  }

  keepAtMost(connections: number): void {
    this.#kept = connections;
    while (this.#idle.length > 0 && this.#idle.length + this.#busy.size > connections)
      this.#idle.shift()?.connected.channel.quit();
  }

  /** The one used last: the others may then grow old and go. */
  #takeIdle(): Pooled | null {
    for (let pooled = this.#idle.pop(); pooled; pooled = this.#idle.pop()) {
      const { channel } = pooled.connected;
      if (!channel.ended && !channel.hasUnsolicited) return pooled;
      channel.end(new FailureError(failureOf("CONNECTION_LOST")));
    }
    return null;
  }

  #dropStale(): void {
    const oldest = performance.now() - this.#deadlines.idleMs;
    for (const pooled of this.#idle.filter((each) => each.idleSince < oldest)) {
      this.#idle.splice(this.#idle.indexOf(pooled), 1);
      pooled.connected.channel.quit();
    }
    if (this.#idle.length === 0 && this.#sweeper) {
      clearInterval(this.#sweeper);
      this.#sweeper = null;
    }
  }

  async #takeTurn(signal: AbortSignal): Promise<void> {
    if (this.#closed) throw new FailureError(failureOf("CONNECTION_LOST", { systemCode: "CLOSED" }));
    if (this.#free > 0) {
      this.#free -= 1;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const turn = () => {
        signal.removeEventListener("abort", abort);
        resolve();
      };
      const abort = () => {
        this.#waiting.splice(this.#waiting.indexOf(turn), 1);
        reject(new FailureError(failureOf("CONNECTION_LOST", { systemCode: "ABORTED" })));
      };
      if (signal.aborted) return reject(new FailureError(failureOf("CONNECTION_LOST", { systemCode: "ABORTED" })));
      signal.addEventListener("abort", abort, { once: true });
      this.#waiting.push(turn);
    });
  }

  #giveTurn(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#free += 1;
  }

  /** Waits a while for messages under way; what is then still open is cut. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#sweeper) clearInterval(this.#sweeper);
    for (const pooled of this.#idle.splice(0)) pooled.connected.channel.quit();
    const until = performance.now() + CLOSE_GRACE_MS;
    while (this.#busy.size > 0 && performance.now() < until) await new Promise((resolve) => setTimeout(resolve, 20));
    for (const pooled of this.#busy) pooled.connected.channel.end(new FailureError(failureOf("CONNECTION_LOST")));
  }
}
