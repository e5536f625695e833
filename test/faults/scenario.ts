import type { Fleet } from "./fleet.ts";
import type { Town } from "./town.ts";

/** One thing that goes wrong while mail flows. */
export interface Scenario<Where extends Fleet = Town> {
  /** Unique; says what goes wrong. */
  readonly name: string;
  /** Also in `npm test`, which has five minutes for all; `test:faults` runs every one. */
  readonly short: boolean;
  /** About how long, if it is longer than most: it begins early, so that no lane is left alone with it. */
  readonly seconds?: number;
  /** Processes of each service but the console. */
  readonly replicas: 1 | 2;
  /** Unless told: sends are held when their fate is unknown, and none is. */
  readonly policy?: "hold" | "resend";
  /** The fate of a send may honestly be unknown afterwards: a process or a link to a server died with it on the wire. */
  readonly uncertainSends?: boolean;
  /** Nothing that happens is a reason to lose a lease or a permit: each process that lives keeps its own. */
  readonly keepsLeases?: boolean;
  /** Nobody dies between a cursor and the names that go with it: a mailbox by POP3 passes each message once, too. */
  readonly passesOnce?: boolean;
  /**
   * Resolves when the world is whole again but for what Mailfleet must mend itself. What it calls too slow counts once
   * everything is compared: something that is lost or doubled comes first.
   */
  disturb(where: Where, tooSlow: (what: string) => void): Promise<void>;
}
