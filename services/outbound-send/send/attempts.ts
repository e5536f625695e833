import { DeferredError, PermissionRefused, UncertainError } from "@mailfleet/connector-api";
import { type Connection, FailureError, failureOf, innerSpan, span } from "@mailfleet/contracts";
import { eachAlone, failureFields } from "@mailfleet/kit";
import type { ActivityCounter } from "../activity/counter.ts";
import type { OutboundPorts } from "../ports.ts";
import { Alike } from "./alike.ts";
import {
  type DecisionContext,
  decideOutcome,
  expired,
  hasExpired,
  heardLate,
  isOfUnknownFate,
  type Outcome,
  waitingDue,
} from "./decide-outcome.ts";
import { mailNotSent, sendAlertOver } from "./facts.ts";
import { commit, type HandOver } from "./hand-over.ts";
import type { Journal } from "./journal.ts";
import type { SharedLine } from "./lines.ts";
import { foundInSentMail, isInSentMail, lookUp } from "./look-up.ts";
import { type ClaimedSend, changeOf, type SendChange, type StoredSend } from "./send.ts";
import { storedMessage } from "./stored-message.ts";
import { reasonOf } from "./until-stored.ts";

/** How long a reported failure holds back other sends of the mailbox if the machine never answers to it. */
const REPORT_HOLDS_MS = 60_000;
const stillToSend = ["accepted", "deferred", "waiting"] as const;

/** Writes down what came of an attempt. Harmless twice. */
type End = () => Promise<SendChange | null>;

/** Makes attempts: the only way by which a message leaves. */
export class Attempts {
  readonly #ports: OutboundPorts;
  readonly #handOver: HandOver;
  readonly #activity: ActivityCounter;
  readonly #alike = new Alike();
  readonly #reported = new Map<string, { generation: number; until: number }>();
  /** Ends that the database refused. */
  readonly #unwritten = new Set<{ readonly send: string; readonly end: End }>();

  constructor(ports: OutboundPorts, handOver: HandOver, activity: ActivityCounter) {
    this.#ports = ports;
    this.#handOver = handOver;
    this.#activity = activity;
  }

  /**
   * The connection if sends of this mailbox may be tried now. While it is retrying, the machine's own runs try them.
   */
  sendable(connection: Connection | null): Connection | null {
    if (!connection?.allowed || connection.state !== "enabled.running") return null;
    const reported = this.#reported.get(connection.mailboxId);
    const held = reported && reported.generation === connection.generation && reported.until > this.#ports.now();
    return held ? null : connection;
  }

  /** Sends of a mailbox that have failed before, so that trying them once more proves nothing about it. */
  failedBefore(mailboxId: string): readonly string[] {
    return this.#alike.failed(mailboxId);
  }

  /**
   * Waits for a free connection and hands a claimed send over; `mayStart` is asked when it is its turn. What came of it
   * is written down when it returns. `null`: nothing was tried, the result was not this attempt's to write, or the database
   * refused it, and it is written later.
   */
  make(
    send: ClaimedSend,
    connection: Connection,
    line: SharedLine,
    journal: Journal,
    mayStart: () => boolean,
  ): Promise<SendChange | null> {
    const { id, mailboxId: mailbox, attempt, correlation, traceparent: from = null } = send;
    const { protocol, host, port } = connection.server;
    const traced = { kind: "asks", from, send: id, mailbox, attempt, correlation, protocol, host, port } as const;
    return span("attempt", traced, async (say) => {
      const change = await this.#make(send, connection, line, journal, mayStart);
      say({ outcome: change?.state ?? "not tried", code: change?.failure?.code });
      return change;
    });
  }

  async #make(
    send: ClaimedSend,
    connection: Connection,
    line: SharedLine,
    journal: Journal,
    mayStart: () => boolean,
  ): Promise<SendChange | null> {
    const leave = await line.enter();
    let outcome: Outcome;
    try {
      const may = mayStart();
      if (!may || this.#ports.signal.aborted || journal.isLost) return await this.giveBack(send, journal);
      if (send.late) {
        // Given back in between: a server has it already.
        const decided = { connection, policy: this.#ports.policy, now: this.#ports.now(), ...send.claim };
        const change = decideOutcome(send, heardLate(send.late), decided);
        return await this.#write(send, async () => ((await commit(this.#ports, change)) ? change : null));
      }
      outcome = await this.#attempt(send, connection, line, journal);
    } finally {
      leave();
    }
    if (outcome.type === "taken") this.#ports.failPoint("outbound.after-server-accepted");
    const lookedUp = await lookUp(this.#ports, send, outcome, { again: true });
    const weighed = this.#alike.weigh(send, lookedUp, this.#ports.now());
    return this.#write(send, this.#endOf(send, weighed, connection, journal));
  }

  /** Nothing of a claimed send was on the wire: the next process that asks may take it. */
  giveBack(send: ClaimedSend, journal: Journal): Promise<SendChange | null> {
    return this.#write(send, async () => {
      await this.#handOver.giveBack(send, journal);
      return null;
    });
  }

  /** Nobody else may end what this process has claimed while it lives: what the database refuses is kept for the next round. */
  async #write({ id: send }: ClaimedSend, end: End): Promise<SendChange | null> {
    try {
      return await end();
    } catch (error) {
      this.#ports.logger.error({ send, reason: reasonOf(error) }, "the end of an attempt is written in the next round");
      this.#unwritten.add({ send, end });
      return null;
    }
  }

  /** Writes down what the database has refused so far. */
  async writeAgain(): Promise<void> {
    const how = { logger: this.#ports.logger, what: "ends of attempts", name: ({ send }: { send: string }) => send };
    await eachAlone([...this.#unwritten], how, async (one) => {
      await one.end();
      this.#unwritten.delete(one);
    });
  }

  async #attempt(send: ClaimedSend, connection: Connection, line: SharedLine, journal: Journal): Promise<Outcome> {
    if (hasExpired(send, connection.sendExpiryMs, send.claim.startedAt)) return { type: "expired" };
    // It may have been filed meanwhile. Once more would be twice.
    if (isOfUnknownFate(send) && (await isInSentMail(this.#ports, send))) return foundInSentMail();
    return this.#submit(send, line, journal);
  }

  async #submit(send: ClaimedSend, line: SharedLine, journal: Journal): Promise<Outcome> {
    const ports = this.#ports;
    const permission = {
      ask: async () => {
        await journal.enter(send);
        ports.failPoint("outbound.before-content");
      },
      holds: () => journal.holds(),
    };
    const message = storedMessage(ports, send);
    ports.metrics.inFlight.inc();
    try {
      const session = await line.session();
      const envelope = { id: send.id, from: send.envelopeFrom, to: send.remaining };
      const submitted = await innerSpan("submit", {}, () =>
        session.submit(envelope, send.raw ?? message, ports.signal, permission),
      );
      return { type: "taken", submitted };
    } catch (error) {
      if (error instanceof PermissionRefused) return { type: "aborted" };
      if (message.unreadable && !(error instanceof UncertainError)) {
        // It is not the server's fault, nor the message's: nothing was sent.
        ports.logger.warn({ send: send.id, reason: reasonOf(message.unreadable) }, "a message could not be read");
        if (ports.isOutage(message.unreadable)) return { type: "aborted" };
        // Its pieces are gone: tried at once, it would be tried for ever.
        const failure = failureOf("INTERNAL_ERROR", { reply: reasonOf(message.unreadable).slice(0, 500) });
        return { type: "refused", failure, own: "message" };
      }
      if (error instanceof UncertainError)
        return { type: "unknown", reason: error.message, ended: true, rejected: error.rejected };
      if (error instanceof FailureError) {
        if (ports.signal.aborted && error.failure.kind === "transient") return { type: "aborted" };
        ports.metrics.failures.inc({ code: error.failure.code });
        return { type: "refused", failure: error.failure, own: error instanceof DeferredError ? error.whose : null };
      }
      // Nobody knows how far a connector came that fails in a way it does not know itself.
      ports.logger.error({ send: send.id, err: error }, "a connector failed in an unknown way");
      return { type: "unknown", reason: reasonOf(error), ended: true };
    } finally {
      ports.metrics.inFlight.dec();
    }
  }

  #endOf(send: ClaimedSend, outcome: Outcome, connection: Connection, journal: Journal): End {
    const ports = this.#ports;
    const now = ports.now();
    const context = { connection, policy: ports.policy, now, ...send.claim };
    const decided = decideOutcome(send, outcome, context);
    const change = decided.state === "waiting" ? this.#reportOnce(decided, connection, now) : decided;
    return () => this.#finish(send, outcome, { change, context, journal });
  }

  async #finish(
    send: ClaimedSend,
    outcome: Outcome,
    { change, context, journal }: { change: SendChange; context: DecisionContext; journal: Journal },
  ): Promise<SendChange | null> {
    const ports = this.#ports;
    const made = (await this.#handOver.record(send, change, journal)) || (await this.#late(send, outcome, context));
    if (change.state !== "sent" || !made) journal.leave(send);
    if (!made) {
      ports.logger.warn({ send: send.id, outcome: outcome.type }, "the result of an attempt came too late");
      return null;
    }
    ports.failPoint("outbound.after-result");
    ports.metrics.attempts.inc({ outcome: change.state });
    logAttempt(ports, send, change);
    if (outcome.type === "taken") {
      this.#activity.sent(send.mailboxId, context.now);
      ports.metrics.delay.observe((context.now - send.acceptedAt) / 1000);
    }
    return change;
  }

  /**
   * The send was given to others meanwhile, because this process was silent for too long. What it heard is true all the
   * same: a message that the server took is sent, and one that was certainly not sent is not uncertain.
   */
  async #late(send: ClaimedSend, outcome: Outcome, context: DecisionContext): Promise<boolean> {
    const { sends } = this.#ports;
    for (let tries = 0; tries < 5; tries++) {
      const now = await sends.get(send.id);
      if (!now || now.state === "sent") return false;
      const own = now.claim?.owner === context.owner && now.attempt === send.attempt;
      if (now.state === "sending" && !own) {
        // Another attempt is under way: it will find this when it has ended.
        if (outcome.type !== "taken") return false;
        if (await sends.noteLate(send.id, { attempt: send.attempt, answer: outcome.submitted.answer })) return true;
        continue;
      }
      const heard = this.#heard(now, own, outcome);
      if (!heard) return false;
      const decided = decideOutcome({ ...now, attempt: send.attempt }, heard, context);
      const { owner: _owner, ...change } = decided;
      const over = now.state === "uncertain" || now.state === "expired" ? [sendAlertOver(now, context.now)] : [];
      const outbox = [...over, ...decided.outbox];
      if (await commit(this.#ports, { ...change, n: now.attempt, from: [now.state], outbox })) return true;
    }
    return false;
  }

  /** What counts for a send as it is now. */
  #heard(now: StoredSend, own: boolean, outcome: Outcome): Outcome | null {
    if (outcome.type === "taken") return outcome;
    if (now.state === "sending" && now.late) return heardLate(now.late);
    const taken = own && (now.state === "uncertain" || now.state === "deferred");
    return taken && outcome.type === "aborted" ? outcome : null;
  }

  /** A hundred sends that fail together are one failure of the mailbox: the first tells the machine. */
  #reportOnce(change: SendChange, connection: Connection, now: number): SendChange {
    const { mailboxId, generation } = connection;
    this.#ports.worker.connections.forget(mailboxId);
    const known = this.#reported.get(mailboxId);
    if (known?.generation === generation && known.until > now)
      return { ...change, outbox: change.outbox.filter(({ type }) => type !== "mailbox.run-failed.v1") };
    this.#reported.set(mailboxId, { generation, until: now + REPORT_HOLDS_MS });
    if (this.#reported.size > 10_000) this.#reported.clear();
    return change;
  }
}

/** The line by which engineers follow a send. One that simply went out is quiet: there may be thousands a second. */
function logAttempt({ logger }: Pick<OutboundPorts, "logger">, send: ClaimedSend, { state, failure }: SendChange) {
  if (state === "sent") return;
  const { id, mailboxId: mailbox, attempt, correlation } = send;
  logger.info({ send: id, mailbox, attempt, state, correlation, ...(failure && failureFields(failure)) }, "not sent");
}

/** The next state of a send that cannot be tried now; `null`: it keeps waiting. */
export function waitOrEnd(
  ports: Pick<OutboundPorts, "policy">,
  send: StoredSend,
  connection: Connection | null,
  now: number,
): SendChange | null {
  if (connection === null) return mailboxGone(send, now);
  const base = changeOf(send, stillToSend, now);
  const purgeAt = now + Math.max(1, connection.messageRetentionDays) * 86_400_000;
  if (hasExpired(send, connection.sendExpiryMs, now)) return { ...base, ...expired(send, now), purgeAt };
  if (send.state === "waiting") return null;
  const due = waitingDue(send, connection.sendExpiryMs, ports.policy, now);
  const outbox = [mailNotSent(send, "waiting", now, undefined, null)];
  return { ...base, state: "waiting", due, nextAttemptAt: null, outbox };
}

const GONE_KEPT_MS = 30 * 86_400_000;

/** The mailbox was deleted: this can no longer be sent. */
export function mailboxGone(send: StoredSend, now: number): SendChange {
  const failure = failureOf("MAILBOX_DELETED");
  const outbox = [mailNotSent(send, "failed", now, failure, null)];
  const over = { state: "failed", due: null, nextAttemptAt: null, failure, purgeAt: now + GONE_KEPT_MS } as const;
  return { ...changeOf(send, [...stillToSend, "uncertain"], now), ...over, outbox };
}
