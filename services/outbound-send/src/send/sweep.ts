import type { Connections } from "../connection/connections.ts";
import type { Ports } from "../ports.ts";
import type { Drains } from "./drains.ts";
import { publishOutbox } from "./hand-over.ts";
import { takeOver } from "./take-over.ts";
import { reasonOf } from "./until-stored.ts";

const LIMIT = 500;

/**
 * Repairs what crashes and a forgetful bus leave behind: what is due and nobody looks at is woken, what was committed is
 * published, what a lost process had is taken over. Runs on every replica; two at once do no harm. What one part, or one
 * mailbox, meets does not keep the others from being looked at.
 */
export class Sweep {
  readonly #ports: Ports;
  readonly #connections: Connections;
  readonly #drains: Drains;
  #timer: NodeJS.Timeout | null = null;
  #running: Promise<void> = Promise.resolve();

  constructor(ports: Ports, connections: Connections, drains: Drains) {
    this.#ports = ports;
    this.#connections = connections;
    this.#drains = drains;
  }

  start(): void {
    const next = () => {
      this.#running = this.once().then(() => {
        if (!this.#ports.signal.aborted) this.#timer = setTimeout(next, this.#ports.policy.sweepMs);
      });
    };
    this.#timer = setTimeout(next, this.#ports.policy.sweepMs);
  }

  async stop(): Promise<void> {
    if (this.#timer) clearTimeout(this.#timer);
    await this.#running;
  }

  /** One round. Never throws. */
  async once(): Promise<void> {
    const { sends, policy, now } = this.#ports;
    await this.#part("what was not published", async () => {
      const found = await sends.unpublished(now() - policy.outboxLookMs, LIMIT);
      await Promise.all(found.map(({ sendId, outbox }) => publishOutbox(this.#ports, sendId, outbox)));
    });
    await this.#part("what a lost process had", () =>
      takeOver(this.#ports, this.#connections, (mailboxId) => this.#look(mailboxId)),
    );
    await this.#part("what is due", async () => {
      for (const mailboxId of await sends.overdue(now() - policy.dueLookMs)) this.#look(mailboxId);
    });
  }

  /** Without a wake-up: the one that is outstanding may be with a process that is gone. */
  #look(mailboxId: string): void {
    this.#drains
      .drain(mailboxId)
      .catch((error: unknown) =>
        this.#ports.logger.warn({ mailboxId, reason: reasonOf(error) }, "a mailbox is looked at again later"),
      );
  }

  async #part(what: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#ports.logger.warn({ what, reason: reasonOf(error) }, "the sweep tries this again with its next round");
    }
  }
}
