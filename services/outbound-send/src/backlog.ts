import type { Connection } from "@mailfleet/contracts";
import { reasonOf } from "./commit.ts";
import type { Ports } from "./ports.ts";
import type { Sessions } from "./sessions.ts";

/** When so few stand in line, more are read. */
const LOW = 48;
/** Read at once: twice a full line, since those that stand there already are read again. */
const PAGE = 192;

/**
 * Mailboxes with more due sends than their holder's line takes. A message on the bus is only a hint that something is
 * due: what found the line full is read from the store again, oldest first, as soon as the line runs low. So a long
 * queue of one mailbox moves at the speed of its server and never stands in another's way.
 */
export class Backlog {
  readonly #ports: Pick<Ports, "sends" | "logger" | "signal">;
  readonly #sessions: Sessions;
  readonly #due: (mailboxId: string, sendId: string) => Promise<void>;
  readonly #mailboxes = new Set<string>();
  readonly #reading = new Set<string>();

  constructor(
    ports: Pick<Ports, "sends" | "logger" | "signal">,
    sessions: Sessions,
    due: (mailboxId: string, sendId: string) => Promise<void>,
  ) {
    this.#ports = ports;
    this.#sessions = sessions;
    this.#due = due;
  }

  /** A send of this mailbox found the line full. */
  note(mailboxId: string): void {
    this.#mailboxes.add(mailboxId);
  }

  has(mailboxId: string): boolean {
    return this.#mailboxes.has(mailboxId);
  }

  /** A place became free: reads on if it is time. Never throws. */
  async readOn(connection: Connection): Promise<void> {
    const { mailboxId } = connection;
    if (!this.#mailboxes.has(mailboxId) || this.#reading.has(mailboxId) || this.#ports.signal.aborted) return;
    if (this.#sessions.lineOf(connection) > LOW) return;
    this.#reading.add(mailboxId);
    try {
      const ids = await this.#ports.sends.backlog(mailboxId, PAGE);
      if (ids.length < PAGE) this.#mailboxes.delete(mailboxId);
      for (const id of ids) this.#due(mailboxId, id).catch((error: unknown) => this.#leave(mailboxId, error));
    } catch (error) {
      this.#leave(mailboxId, error);
    } finally {
      this.#reading.delete(mailboxId);
    }
  }

  /** The sweep finds what is left behind. */
  #leave(mailboxId: string, error: unknown): void {
    this.#ports.logger.warn({ mailboxId, reason: reasonOf(error) }, "a backlog is left to the sweep");
  }
}
