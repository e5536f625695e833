import type { DeploymentMark } from "@mailfleet/contracts";
import { type Check, failing, fine, warning } from "./finding.ts";

/** An engine as it describes itself. */
export interface Engine {
  readonly version: string;
  /** Its clock less ours, milliseconds. */
  readonly aheadMs: number;
}

/** What the process of a service can say of its surroundings. */
export interface Vitals {
  /** Distinguishes the replicas of a service. */
  readonly replica: string | undefined;
  mongodb(): Promise<Engine>;
  nats(): Promise<Engine>;
  /** What is missing or other than declared in NATS and MongoDB, in sentences. */
  lacks(): Promise<readonly string[]>;
  /** The mark in the database, and why it is held. */
  deployment(): Promise<{ readonly mark: DeploymentMark | null; readonly held: string | null }>;
  /** Age of the oldest message in an outbox; `null`: it has none. */
  outboxMs(): Promise<number | null>;
}

/** Clocks that differ by more make timers early or late, and tokens end too soon. */
const skewWarnMs = 5_000;
/** And by more than this nothing that depends on a time can be trusted. */
const skewFailMs = 60_000;
const setClocks = "Let NTP set the clocks of this machine and of the engine.";

/** Whose clock is how far away, as one finding. */
export function judgeClocks(engines: readonly (readonly [name: string, engine: Engine])[]) {
  const [name, { aheadMs }] = engines.toSorted((a, b) => Math.abs(b[1].aheadMs) - Math.abs(a[1].aheadMs))[0] ?? [
    "",
    { aheadMs: 0 },
  ];
  const seconds = Math.round(Math.abs(aheadMs) / 100) / 10;
  const text = `The clock of ${name} is ${seconds} s ${aheadMs < 0 ? "behind" : "ahead of"} this process.`;
  if (Math.abs(aheadMs) > skewFailMs) return failing(text, setClocks);
  if (Math.abs(aheadMs) > skewWarnMs) return warning(text, setClocks);
  return fine(`The clocks of ${engines.map(([one]) => one).join(" and ")} differ by less than ${skewWarnMs / 1000} s.`);
}

const clockAgeMs = 30_000;

/**
 * Why the clocks are too far apart for work; `null` if they are not. Asks the engines twice a minute at most. Engines that
 * are away say nothing about it.
 */
export function clockObstacle(
  vitals: Pick<Vitals, "mongodb" | "nats">,
  now: () => number = () => performance.now(),
): () => Promise<string | null> {
  let known: { readonly at: number; readonly obstacle: string | null } | undefined;
  return async () => {
    if (known && now() - known.at < clockAgeMs) return known.obstacle;
    const [mongodb, nats] = await Promise.all([vitals.mongodb(), vitals.nats()]);
    const { level, text, todo } = judgeClocks([
      ["MongoDB", mongodb],
      ["NATS", nats],
    ]);
    known = { at: now(), obstacle: level === "fail" ? `${text} ${todo} See docs/runbooks/clock-skew.md` : null };
    return known.obstacle;
  };
}

/** What every service looks at. */
export const vitalChecks: Readonly<Record<string, Check<Vitals>>> = {
  topology: {
    runbook: "MailfleetServiceNotReady",
    look: async (vitals) => {
      const [first, ...more] = await vitals.lacks();
      if (first === undefined) return fine("Streams, consumers, collections and indexes are as declared.");
      return failing(
        `${first}${more.length > 0 ? ` (and ${more.length} more)` : ""}.`,
        "Run `mailfleet topology diff`, then `mailfleet topology apply`.",
      );
    },
  },
  deployment: {
    runbook: "MailfleetDeploymentHeld",
    look: async (vitals) => {
      const { mark, held } = await vitals.deployment();
      if (held !== null) return failing(`${held}.`, "See `mailfleet deployment show`.");
      return fine(`Database and NATS belong to deployment ${mark?.id}, epoch ${mark?.epoch}.`);
    },
  },
  clocks: {
    runbook: "clock-skew",
    look: async (vitals) =>
      judgeClocks([
        ["MongoDB", await vitals.mongodb()],
        ["NATS", await vitals.nats()],
      ]),
  },
  outbox: {
    runbook: "MailfleetOutboxStuck",
    look: async (vitals) => {
      const oldestMs = await vitals.outboxMs();
      if (oldestMs === null) return fine("It keeps no outbox.");
      const text = `The oldest message in an outbox is ${Math.round(oldestMs / 1000)} s old.`;
      const todo = "See the log of this service: NATS does not take what it publishes.";
      if (oldestMs > 300_000) return failing(text, todo);
      return oldestMs > 60_000 ? warning(text, todo) : fine(text);
    },
  },
};
