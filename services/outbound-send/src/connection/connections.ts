import { type Connection, ProblemError } from "@mailfleet/contracts";
import type { Ports } from "../ports.ts";

interface Known {
  readonly askedAt: number;
  readonly answer: Promise<Connection | null>;
}

const FRESH_MS = 1000;
const KNOWN_LIMIT = 10_000;

/** What `config` says about the outbound direction of mailboxes, asked once for a burst and believed for a second. */
export class Connections {
  readonly #ports: Pick<Ports, "bus" | "now">;
  readonly #known = new Map<string, Known>();
  readonly #next = new Map<string, Promise<Connection | null>>();

  constructor(ports: Pick<Ports, "bus" | "now">) {
    this.#ports = ports;
  }

  /** At most a second old. `null`: there is no such mailbox. Throws `ProblemError` UNAVAILABLE. */
  get(mailboxId: string, maximumAgeMs = FRESH_MS): Promise<Connection | null> {
    const known = this.#known.get(mailboxId);
    if (known && this.#ports.now() - known.askedAt <= maximumAgeMs) return known.answer;
    return this.#ask(mailboxId);
  }

  /** Asked after this call began, together with everybody else who waits for such an answer. */
  fresh(mailboxId: string): Promise<Connection | null> {
    const waiting = this.#next.get(mailboxId);
    if (waiting) return waiting;
    const asked = this.#known.get(mailboxId)?.answer.catch(() => null) ?? Promise.resolve(null);
    const next = asked.then(() => {
      this.#next.delete(mailboxId);
      return this.#ask(mailboxId);
    });
    this.#next.set(mailboxId, next);
    return next;
  }

  /** What was known may be wrong now. */
  forget(mailboxId: string): void {
    this.#known.delete(mailboxId);
  }

  #ask(mailboxId: string): Promise<Connection | null> {
    const answer = this.#ports.bus
      .request("config.connection.get", { mailboxId, direction: "outbound" })
      .catch((error: unknown) => {
        if (error instanceof ProblemError && error.problem.code === "NOT_FOUND") return null;
        throw error;
      });
    if (this.#known.size >= KNOWN_LIMIT) this.#known.clear();
    const known = { askedAt: this.#ports.now(), answer };
    this.#known.set(mailboxId, known);
    answer.catch(() => {
      if (this.#known.get(mailboxId) === known) this.#known.delete(mailboxId);
    });
    return answer;
  }
}
