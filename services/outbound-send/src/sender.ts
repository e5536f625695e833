import { DeferredError, UncertainError } from "@mailfleet/connector-api";
import { type Connection, FailureError, failureOf } from "@mailfleet/contracts";
import type { ClaimedSend, SendChange, StoredSend } from "@mailfleet/store";
import type { ActivityCounter } from "./activity-counter.ts";
import { Backlog } from "./backlog.ts";
import { commit, reasonOf } from "./commit.ts";
import type { Connections } from "./connections.ts";
import { decideOutcome, expired, hasExpired, type Outcome, waitingDue } from "./decide-outcome.ts";
import { mailNotSent } from "./messages.ts";
import type { Ports } from "./ports.ts";
import type { Sessions, Turn } from "./sessions.ts";

/** How long a reported failure holds back other sends of the mailbox if the machine never answers to it. */
const REPORT_HOLDS_MS = 60_000;
const stillToSend = ["accepted", "deferred", "waiting"] as const;

/** Hands sends over: the one way on which a message leaves, whoever found it due. */
export class Sender {
  readonly #ports: Ports;
  readonly #connections: Connections;
  readonly #sessions: Sessions;
  readonly #activity: ActivityCounter;
  readonly #backlog: Backlog;
  readonly #underWay = new Set<string>();
  /** Sends whose claim is held: renewed while the process lives. */
  readonly #claimed = new Set<string>();
  readonly #reported = new Map<string, { generation: number; until: number }>();

  constructor(ports: Ports, connections: Connections, sessions: Sessions, activity: ActivityCounter) {
    this.#ports = ports;
    this.#connections = connections;
    this.#sessions = sessions;
    this.#activity = activity;
    this.#backlog = new Backlog(ports, sessions, (mailboxId, sendId) => this.due(mailboxId, sendId));
  }

  /** True while more is due for this mailbox than its line takes; it is read on from the store. */
  hasBacklog(mailboxId: string): boolean {
    return this.#backlog.has(mailboxId);
  }

  /** Ids whose attempt this process makes at the moment. */
  get claimed(): readonly string[] {
    return [...this.#claimed];
  }

  isUnderWay(sendId: string): boolean {
    return this.#underWay.has(sendId);
  }

  /** The connection if sends of this mailbox may be tried now. While it is retrying, the machine's own runs try them. */
  sendable(connection: Connection | null): Connection | null {
    if (!connection?.allowed || connection.state !== "enabled.running") return null;
    const reported = this.#reported.get(connection.mailboxId);
    const held = reported && reported.generation === connection.generation && reported.until > this.#ports.now();
    return held ? null : connection;
  }

  /** A send is due: tries it, or lets it wait. Whatever is not this process's turn is left alone. */
  async due(mailboxId: string, sendId: string): Promise<void> {
    if (this.#underWay.has(sendId)) return;
    this.#underWay.add(sendId);
    try {
      let connection = this.sendable(await this.#connections.get(mailboxId));
      if (!connection) {
        const asked = await this.#connections.fresh(mailboxId);
        connection = this.sendable(asked);
        if (!connection) {
          if (!(await this.#letWait(sendId, asked))) return;
          // Between the question and the write it may have come back, and its release may not have seen this send.
          connection = this.sendable(await this.#connections.fresh(mailboxId));
          if (!connection) return;
        }
      }
      const turn = await this.#sessions.turn(connection);
      if (turn === null) return this.#backlog.note(mailboxId);
      if (this.sendable(connection)) await this.#attempt(sendId, connection, turn);
      else {
        // While it stood in line, another send found out that the mailbox cannot send.
        turn.done();
        await this.#letWait(sendId, connection);
      }
    } finally {
      this.#underWay.delete(sendId);
    }
  }

  /** A run of the machine tries one waiting send. `null`: it was not there to be tried any more. */
  async tryWaiting(sendId: string, connection: Connection): Promise<SendChange | null> {
    if (this.#underWay.has(sendId)) return null;
    this.#underWay.add(sendId);
    try {
      const turn = await this.#sessions.turn(connection);
      return turn && (await this.#attempt(sendId, connection, turn));
    } finally {
      this.#underWay.delete(sendId);
    }
  }

  async #attempt(sendId: string, connection: Connection, turn: Turn): Promise<SendChange | null> {
    const ports = this.#ports;
    try {
      const startedAt = ports.now();
      if (ports.signal.aborted) return null;
      const send = await ports.sends.claim({ sendId, now: startedAt });
      if (send === null) return null;
      this.#claimed.add(sendId);
      ports.failPoint("outbound.after-attempt-started");
      const outcome = hasExpired(send, connection.sendExpiryMs, startedAt)
        ? ({ type: "expired" } as const)
        : await this.#submit(send, turn);
      if (outcome.type === "taken") ports.failPoint("outbound.after-server-accepted");
      turn.done();
      void this.#backlog.readOn(connection);
      return await this.#finish(send, outcome, connection, startedAt);
    } finally {
      turn.done();
      this.#claimed.delete(sendId);
    }
  }

  async #submit(send: ClaimedSend, turn: Turn): Promise<Outcome> {
    const ports = this.#ports;
    ports.metrics.inFlight.inc();
    try {
      const session = await turn.session();
      const submitted = await session.submit({ from: send.envelopeFrom, to: send.remaining }, send.raw, ports.signal);
      return { type: "taken", submitted };
    } catch (error) {
      if (error instanceof UncertainError) return { type: "unknown", reason: error.message, ended: true };
      if (error instanceof FailureError) {
        if (ports.signal.aborted && error.failure.kind === "transient") return { type: "aborted" };
        ports.metrics.failures.inc({ code: error.failure.code });
        return { type: "refused", failure: error.failure, own: error instanceof DeferredError };
      }
      // Nobody knows how far a connector came that fails in a way it does not know itself.
      ports.logger.error({ sendId: send.id, err: error }, "a connector failed in an unknown way");
      return { type: "unknown", reason: reasonOf(error), ended: true };
    } finally {
      ports.metrics.inFlight.dec();
    }
  }

  async #finish(
    send: ClaimedSend,
    outcome: Outcome,
    connection: Connection,
    startedAt: number,
  ): Promise<SendChange | null> {
    const ports = this.#ports;
    const now = ports.now();
    const context = { connection, policy: ports.policy, now, token: send.token, startedAt };
    const decided = decideOutcome(send, outcome, context);
    const change = decided.state === "waiting" ? this.#reportOnce(decided, connection, now) : decided;
    if (!(await commit(ports, change))) {
      ports.logger.warn({ sendId: send.id, outcome: outcome.type }, "the result of an attempt came too late");
      return null;
    }
    ports.failPoint("outbound.after-result");
    ports.metrics.attempts.inc({ outcome: change.state });
    if (outcome.type === "taken") {
      this.#activity.sent(send.mailboxId, now);
      ports.metrics.delay.observe((now - send.acceptedAt) / 1000);
    }
    ports.logger.debug({ sendId: send.id, state: change.state, attempt: send.attempt }, "attempt ended");
    return change;
  }

  /** A hundred sends that fail together are one failure of the mailbox: the first tells the machine. */
  #reportOnce(change: SendChange, connection: Connection, now: number): SendChange {
    const { mailboxId, generation } = connection;
    this.#connections.forget(mailboxId);
    const known = this.#reported.get(mailboxId);
    if (known?.generation === generation && known.until > now) {
      return { ...change, outbox: change.outbox.filter(({ type }) => type !== "mailbox.run-failed.v1") };
    }
    this.#reported.set(mailboxId, { generation, until: now + REPORT_HOLDS_MS });
    if (this.#reported.size > 10_000) this.#reported.clear();
    return change;
  }

  /** Not now: waiting, expired, or failed with its mailbox. False: there is nothing to wait for. */
  async #letWait(sendId: string, connection: Connection | null): Promise<boolean> {
    const ports = this.#ports;
    const send = await ports.sends.get(sendId);
    if (!send || !stillToSend.some((state) => state === send.state)) return false;
    const now = ports.now();
    if (send.state === "deferred" && (send.nextAttemptAt ?? 0) > now + 1000) return false;
    const change = waitOrEnd(ports, send, connection, now);
    if (change) await commit(ports, change);
    else await ports.sends.lookAgain([send], now + ports.policy.waitingLookMs);
    return change === null || change.state === "waiting";
  }
}

/** What becomes of a send that cannot be tried now; `null`: it waits already and goes on waiting. */
export function waitOrEnd(
  ports: Pick<Ports, "policy">,
  send: StoredSend,
  connection: Connection | null,
  now: number,
): SendChange | null {
  const base = { sendId: send.id, from: stillToSend, at: now };
  if (connection === null) return mailboxGone(send, now);
  const purgeAt = now + Math.max(1, connection.messageRetentionDays) * 86_400_000;
  if (hasExpired(send, connection.sendExpiryMs, now)) return { ...base, ...expired(send, now), purgeAt };
  if (send.state === "waiting") return null;
  const due = waitingDue(send, connection.sendExpiryMs, ports.policy, now);
  const outbox = [mailNotSent(send, "waiting", now, undefined, null)];
  return { ...base, state: "waiting", due, nextAttemptAt: null, outbox };
}

const GONE_KEPT_MS = 30 * 86_400_000;

/** The mailbox was deleted: nobody can send this any more. */
export function mailboxGone(send: StoredSend, now: number): SendChange {
  const failure = failureOf("MAILBOX_DELETED");
  const outbox = [mailNotSent(send, "failed", now, failure, null)];
  return {
    sendId: send.id,
    from: [...stillToSend, "uncertain"],
    at: now,
    state: "failed",
    due: null,
    nextAttemptAt: null,
    failure,
    purgeAt: now + GONE_KEPT_MS,
    outbox,
  };
}
