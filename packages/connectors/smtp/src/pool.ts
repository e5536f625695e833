import {
  AnswerTime,
  type ConnectOptions,
  type Envelope,
  type OutboundSession,
  type Permission,
  type StreamedMessage,
  type Submitted,
  UncertainError,
} from "@mailfleet/connector-api";
import { FailureError, failureOf, innerSpan } from "@mailfleet/contracts";
import { connect } from "./connect.ts";
import type { Deadlines } from "./deadlines.ts";
import type { Connected } from "./set-up.ts";
import { Transaction, type TransactionContext } from "./transaction.ts";

/** A message that waits for a connection or is on one. */
interface Job {
  readonly transaction: Transaction;
  readonly signal: AbortSignal;
  resolve(submitted: Submitted): void;
  reject(error: unknown): void;
}

interface Pooled {
  readonly connected: Connected;
  messages: number;
  idleSince: number;
  /** A message was begun on it that went elsewhere: nothing more can be handed over here. */
  spoiled: boolean;
}

/** A connection at work. */
interface Busy {
  pooled: Pooled | null;
  /** Begun behind the message that is under way. */
  following: Job | null;
  /** When the content went out to whose answer `following` waits. */
  since: number;
}

/** Failures of a used connection that a fresh one may not have: the server had just closed it, or had enough of it. */
const worthAFreshConnection = new Set(["CONNECTION_LOST", "SERVER_UNAVAILABLE", "RATE_LIMITED", "PROTOCOL_ERROR"]);
const CLOSE_GRACE_MS = 5000;
/** Of servers that answer later than this to the content, no message waits for the answer to the one before. */
const FOLLOW_MS = 500;
/** A message that was begun behind another one goes elsewhere if that is not answered by then. */
const STUCK_MS = 2000;

/**
 * Connections to one server for one holder of credentials: limited in number, made when needed, kept while used. Messages
 * are handed over in the order in which they came. Where all connections are busy, the next one begins behind the one
 * that is under way.
 */
export class SmtpPool implements OutboundSession {
  readonly #options: ConnectOptions;
  readonly #deadlines: Deadlines;
  readonly #context: TransactionContext;
  readonly #idle: Pooled[] = [];
  readonly #busy = new Set<Busy>();
  /** Connections that were told goodbye, and that the server may still count. */
  readonly #leaving = new Set<Promise<void>>();
  #waiting: Job[] = [];
  #most: number;
  #closed = false;
  #sweeper: NodeJS.Timeout | null = null;
  readonly #answerTime = new AnswerTime();

  constructor(options: ConnectOptions, maximumConnections: number, deadlines: Deadlines) {
    this.#options = options;
    this.#deadlines = deadlines;
    this.mostConnections = Math.max(1, maximumConnections);
    this.#most = this.mostConnections;
    const { host, port } = options.server;
    const { credentials, eightBitPolicy = "encode" } = options;
    this.#context = { deadlines, host, port, signedIn: credentials !== null, eightBitPolicy };
  }

  /** One on the wire, and one behind it. */
  readonly perConnection = 2;
  readonly mostConnections: number;

  get inUse(): number {
    return this.#busy.size;
  }

  submit(
    envelope: Envelope,
    message: Uint8Array | StreamedMessage,
    signal: AbortSignal,
    permission?: Permission,
  ): Promise<Submitted> {
    if (this.#closed) return Promise.reject(notTaken("CLOSED"));
    if (signal.aborted) return Promise.reject(notTaken("ABORTED"));
    const { promise, resolve, reject } = Promise.withResolvers<Submitted>();
    const transaction = new Transaction({ envelope, message, signal, permission });
    const job = { transaction, signal, resolve, reject };
    this.#waiting.push(job);
    const abort = () => {
      if (!this.#waiting.includes(job)) return;
      this.#waiting = this.#waiting.filter((other) => other !== job);
      reject(notTaken("ABORTED"));
    };
    signal.addEventListener("abort", abort, { once: true });
    this.#serve();
    return promise.finally(() => signal.removeEventListener("abort", abort));
  }

  #serve(): void {
    while (this.#waiting.length > 0 && this.#busy.size < this.#most) {
      const busy: Busy = { pooled: this.#takeIdle(), following: null, since: 0 };
      this.#busy.add(busy);
      this.#sweeper ??= setInterval(() => this.#sweep(), Math.max(50, this.#deadlines.idleMs / 40)).unref();
      void this.#work(busy, this.#waiting.shift() as Job);
    }
  }

  /** One message after another, as long as there are some and this connection is not one too many. */
  async #work(busy: Busy, first: Job): Promise<void> {
    for (let job: Job | undefined = first; job; ) {
      await this.#handOver(busy, job);
      const { following, pooled } = busy;
      busy.following = null;
      if (pooled?.spoiled) pooled.connected.channel.end(new FailureError(failureOf("CONNECTION_LOST")));
      if (pooled && !following && pooled.messages >= this.#deadlines.messagesPerConnection) this.#leave(pooled);
      if (pooled?.connected.channel.isOver) busy.pooled = null;
      job = following ?? (this.#busy.size <= this.#most ? this.#waiting.shift() : undefined);
    }
    this.#busy.delete(busy);
    if (busy.pooled) this.#keep(busy.pooled);
    this.#serve();
  }

  /** Settles the job. Never throws. */
  async #handOver(busy: Busy, job: Job): Promise<void> {
    const used = busy.pooled !== null;
    try {
      job.resolve(await this.#over(busy, job));
    } catch (error) {
      // Certainly not sent, and perhaps only because the server closes idle connections: once more, over a new one.
      if (!used || !this.#mayTryFresh(busy, error, job.signal)) return job.reject(error);
      busy.pooled = null;
      await this.#over(busy, job).then(job.resolve, job.reject);
    }
  }

  #mayTryFresh({ pooled }: Busy, error: unknown, signal: AbortSignal): boolean {
    if (error instanceof UncertainError || !(error instanceof FailureError) || signal.aborted) return false;
    return pooled?.connected.channel.ended !== null && worthAFreshConnection.has(error.failure.code);
  }

  async #over(busy: Busy, { transaction, signal }: Job): Promise<Submitted> {
    if (!busy.pooled) {
      while (this.#leaving.size > 0 && this.#busy.size + this.#leaving.size > this.#most)
        await Promise.race(this.#leaving);
      const { host, port } = this.#options.server;
      const traced = { kind: "asks", protocol: "smtp", host, port } as const;
      const connected = await innerSpan("smtp connect", traced, () => connect(this.#options, signal));
      busy.pooled = { connected, messages: 0, idleSince: 0, spoiled: false };
    }
    const { pooled } = busy;
    try {
      return await transaction.over(pooled.connected, this.#context, () => this.#follow(busy, pooled));
    } catch (error) {
      // 421 means that the server closes the channel (RFC 5321 §3.8), though it may take a moment.
      if (error instanceof FailureError && /^421/.test(error.failure.evidence?.reply ?? ""))
        pooled.connected.channel.end(error);
      throw error;
    } finally {
      pooled.messages += 1;
    }
  }

  /** What begins behind the content that is about to be written. */
  #follow(busy: Busy, { connected, messages }: Pooled) {
    busy.since = performance.now();
    const answered = () => this.#answerTime.note(performance.now() - busy.since);
    const [next] = this.#waiting;
    const may = this.#answerTime.ms < FOLLOW_MS && this.#busy.size <= this.#most;
    if (!next || !may || messages + 1 >= this.#deadlines.messagesPerConnection) return { commands: null, answered };
    const commands = next.transaction.behind(connected, this.#context.eightBitPolicy);
    if (commands) {
      this.#waiting.shift();
      busy.following = next;
    }
    // Also where it is not begun: it will be the next to begin. What is large is on its way for long before its dot.
    if (this.#answerTime.isQuick && next.transaction.isSmall) next.transaction.ask();
    return { commands, answered };
  }

  #keep(pooled: Pooled): void {
    pooled.idleSince = performance.now();
    if (this.#closed || this.#idle.length + this.#busy.size >= this.#most) this.#leave(pooled);
    else this.#idle.push(pooled);
  }

  #leave({ connected }: Pooled): void {
    const gone = connected.channel.quit().finally(() => this.#leaving.delete(gone));
    this.#leaving.add(gone);
  }

  async useAtMost(connections: number): Promise<void> {
    this.#most = connections;
    while (this.#idle.length > 0 && this.#idle.length + this.#busy.size > connections)
      this.#leave(this.#idle.shift() as Pooled);
    this.#serve();
    await Promise.all(this.#leaving);
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

  /** Connections that are unused for long go; messages behind one that is not answered go elsewhere. */
  #sweep(): void {
    const now = performance.now();
    for (const busy of this.#busy) {
      if (!busy.following || !busy.pooled || now - busy.since < STUCK_MS) continue;
      this.#waiting.unshift(busy.following);
      busy.following = null;
      busy.pooled.spoiled = true;
    }
    for (const pooled of this.#idle.filter((each) => now - each.idleSince > this.#deadlines.idleMs)) {
      this.#idle.splice(this.#idle.indexOf(pooled), 1);
      this.#leave(pooled);
    }
    this.#serve();
    if (this.#idle.length + this.#busy.size > 0 || !this.#sweeper) return;
    clearInterval(this.#sweeper);
    this.#sweeper = null;
  }

  /** Waits a while for messages under way; what is then still open is cut. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const job of this.#waiting.splice(0)) job.reject(notTaken("CLOSED"));
    for (const pooled of this.#idle.splice(0)) this.#leave(pooled);
    const until = performance.now() + CLOSE_GRACE_MS;
    while (this.#busy.size > 0 && performance.now() < until) await new Promise((resolve) => setTimeout(resolve, 20));
    if (this.#sweeper) clearInterval(this.#sweeper);
    for (const { pooled } of this.#busy) pooled?.connected.channel.end(new FailureError(failureOf("CONNECTION_LOST")));
    await Promise.all(this.#leaving);
  }
}

function notTaken(systemCode: string): FailureError {
  return new FailureError(failureOf("CONNECTION_LOST", { systemCode }));
}
