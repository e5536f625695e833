import type { SendChange, StoredSend } from "@mailfleet/store";
import { commit, publishOutbox, reasonOf } from "./commit.ts";
import type { Connections } from "./connections.ts";
import { decideOutcome } from "./decide-outcome.ts";
import { firstDue, sendDue } from "./messages.ts";
import type { Ports } from "./ports.ts";
import { type Sender, waitOrEnd } from "./sender.ts";

const LIMIT = 500;

/**
 * Repairs what crashes and a forgetful bus leave behind: every state that goes on by itself has a due time, and what
 * was committed is published. Runs on every replica; two at once do no harm.
 */
export class Sweep {
  readonly #ports: Ports;
  readonly #connections: Connections;
  readonly #sender: Sender;
  #timer: NodeJS.Timeout | null = null;
  #running: Promise<void> = Promise.resolve();

  constructor(ports: Ports, connections: Connections, sender: Sender) {
    this.#ports = ports;
    this.#connections = connections;
    this.#sender = sender;
  }

  start(): void {
    const { sweepMs, leaseMs } = this.#ports.policy;
    let renewed = 0;
    const round = async () => {
      const now = performance.now();
      if (now - renewed > leaseMs / 4) {
        renewed = now;
        await this.renew();
      }
      await this.once();
    };
    const next = () => {
      this.#running = round()
        .catch((error: unknown) => this.#ports.logger.warn({ reason: reasonOf(error) }, "the sweep was not finished"))
        .then(() => {
          if (!this.#ports.signal.aborted) this.#timer = setTimeout(next, Math.min(sweepMs, leaseMs / 4));
        });
    };
    this.#timer = setTimeout(next, Math.min(sweepMs, leaseMs / 4));
  }

  async stop(): Promise<void> {
    if (this.#timer) clearTimeout(this.#timer);
    await this.#running;
  }

  /** This process lives: its claims hold on. */
  async renew(): Promise<void> {
    await this.#ports.sends.renew(this.#sender.claimed, this.#ports.now() + this.#ports.policy.leaseMs);
  }

  /** One round. */
  async once(): Promise<void> {
    const { sends, policy } = this.#ports;
    for (const { sendId, outbox } of await sends.unpublished(this.#ports.now() - policy.outboxLookMs, LIMIT))
      await publishOutbox(this.#ports, sendId, outbox);
    const now = this.#ports.now();
    const due = (await sends.due(now, LIMIT)).filter((send) => !this.#sender.isUnderWay(send.id));
    await this.#publishAgain(
      due.filter(({ state }) => state === "accepted" || state === "deferred"),
      now,
    );
    for (const send of due.filter(({ state }) => state === "sending")) await this.#orphaned(send, now);
    await this.#waiting(
      due.filter(({ state }) => state === "waiting"),
      now,
    );
  }

  /**
   * Accepted or deferred without progress: the message that says so may be lost. The first time it has the id of the
   * first publication, so that nothing is doubled where it only takes long; later another, because that one was heard.
   */
  async #publishAgain(stuck: readonly StoredSend[], now: number): Promise<void> {
    if (stuck.length === 0) return;
    const { bus, sends, policy } = this.#ports;
    const first = (send: StoredSend) => send.state === "accepted" && now - send.changedAt < 3 * policy.acceptedLookMs;
    const forgotten = stuck.filter(({ mailboxId }) => !this.#sender.hasBacklog(mailboxId));
    await bus.publishAll(
      forgotten.map((send) => sendDue(send, first(send) ? firstDue(send) : `${firstDue(send)}:sweep:${now}`, now)),
    );
    const groups = Map.groupBy(stuck, (send) => pauseFor(now - send.changedAt, policy.acceptedLookMs));
    for (const [pause, group] of groups) await sends.lookAgain(group, now + pause);
  }

  /** Its process is gone. It may have reached the final dot: only the policy can say what to do. */
  async #orphaned(send: StoredSend, now: number): Promise<void> {
    const connection = await this.#connections.get(send.mailboxId);
    const token = send.claim?.token;
    if (token === undefined) return;
    const reason = "the process that handed it over was lost";
    const lastWords = {
      generation: 0,
      retryMs: 300_000,
      uncertainPolicy: "hold" as const,
      sendExpiryMs: 0,
      messageRetentionDays: 30,
    };
    const context = {
      connection: connection ?? lastWords,
      policy: this.#ports.policy,
      now,
      token,
      startedAt: send.claim?.startedAt ?? send.changedAt,
    };
    const change: SendChange = decideOutcome(send, { type: "unknown", reason, ended: false }, context);
    await commit(this.#ports, { ...change, from: ["sending"] });
  }

  async #waiting(waiting: readonly StoredSend[], now: number): Promise<void> {
    for (const [mailboxId, group] of Map.groupBy(waiting, (send) => send.mailboxId)) {
      const connection = await this.#connections.fresh(mailboxId);
      if (this.#sender.sendable(connection)) {
        await this.#ports.bus.publishAll(group.map((send) => sendDue(send, `${firstDue(send)}:sweep:${now}`, now)));
        await this.#ports.sends.lookAgain(group, now + this.#ports.policy.waitingLookMs);
        continue;
      }
      const over = group.flatMap((send) => waitOrEnd(this.#ports, send, connection, now) ?? []);
      await Promise.all(over.map((change) => commit(this.#ports, change)));
      const ended = new Set(over.map(({ sendId }) => sendId));
      const still = group.filter((send) => !ended.has(send.id));
      await this.#ports.sends.lookAgain(still, now + this.#ports.policy.waitingLookMs);
    }
  }
}

/** Doubles with age, so that a long queue is not filled with repeats of itself. */
function pauseFor(ageMs: number, firstMs: number): number {
  return firstMs * 2 ** Math.min(6, Math.max(0, Math.floor(Math.log2(ageMs / firstMs))));
}
