import { type Connection, ProblemError } from "@mailfleet/contracts";
import type { WorkerPorts } from "./ports.ts";

/** What `config` says about one direction of mailboxes: asked once for a burst, remembered for a moment. */
export interface Connections {
  /** At most `maximumAgeMs` old (a second). `null`: there is no such mailbox, or no profile. Throws UNAVAILABLE. */
  get(mailboxId: string, maximumAgeMs?: number): Promise<Connection | null>;
  /** Asked after this call began, together with everybody else who waits for such an answer. */
  fresh(mailboxId: string, correlation?: string): Promise<Connection | null>;
  /** As if the mailbox used this profile; never remembered. `null`: there is no such mailbox, or no such profile. */
  under(mailboxId: string, profileId: string): Promise<Connection | null>;
  /** What was remembered may be wrong now. */
  forget(mailboxId: string): void;
}

interface Remembered {
  readonly askedAt: number;
  readonly answer: Promise<Connection | null>;
}

const rememberedMs = 1000;
const rememberedMailboxes = 10_000;

function nullIfUnknown(error: unknown): null {
  if (error instanceof ProblemError && error.problem.code === "NOT_FOUND") return null;
  throw error;
}

/** Begins with nothing remembered. */
export function createConnections({
  bus,
  direction,
  now,
}: Pick<WorkerPorts<unknown>, "bus" | "direction" | "now">): Connections {
  const remembered = new Map<string, Remembered>();
  const next = new Map<string, Promise<Connection | null>>();

  function ask(mailboxId: string, correlation?: string): Promise<Connection | null> {
    const answer = bus
      .request("config.connection.get", { mailboxId, direction }, correlation ? { correlation } : {})
      .catch(nullIfUnknown);
    if (remembered.size >= rememberedMailboxes) remembered.clear();
    const entry = { askedAt: now(), answer };
    remembered.set(mailboxId, entry);
    // An answer that failed is not an answer: the next question asks again.
    answer.catch(() => remembered.get(mailboxId) === entry && remembered.delete(mailboxId));
    return answer;
  }

  return {
    get(mailboxId, maximumAgeMs = rememberedMs) {
      const known = remembered.get(mailboxId);
      return known && now() - known.askedAt <= maximumAgeMs ? known.answer : ask(mailboxId);
    },
    fresh(mailboxId, correlation) {
      const waiting = next.get(mailboxId);
      if (waiting) return waiting;
      const underWay = remembered.get(mailboxId)?.answer.catch(() => null) ?? Promise.resolve(null);
      const asked = underWay.then(() => {
        next.delete(mailboxId);
        return ask(mailboxId, correlation);
      });
      next.set(mailboxId, asked);
      return asked;
    },
    under: (mailboxId, profileId) =>
      bus.request("config.connection.get", { mailboxId, direction, profileId }).catch(nullIfUnknown),
    forget: (mailboxId) => void remembered.delete(mailboxId),
  };
}
