import { fork } from "node:child_process";
import { once } from "node:events";
import { availableParallelism, freemem } from "node:os";
import { fileURLToPath } from "node:url";
import type { Scenario } from "./scenario.ts";

/** What a lane is told, and what it says. */
export interface ToLane {
  readonly scenario: string;
}
export type FromLane =
  | { readonly type: "ready" }
  /** `again`: it was too slow before it passed. */
  | { readonly type: "passed"; readonly again: boolean }
  /** With the stack of the error. */
  | { readonly type: "failed"; readonly why: string };

const LANE = fileURLToPath(new URL("./lane.ts", import.meta.url));
const GiB = 1024 ** 3;
/** A town at its busiest: eleven services, three mongods, three nats-servers, and what drives them. */
const LANE_BYTES = 3.5 * GiB;
/** A town keeps two cores busy: three of them on two took twice as long as one after another, and lost leases. */
const LANES_PER_CORE = 0.5;
const MOST_LANES = 8;
/** Heap of the process that drives a town, MiB. */
const DRIVER_HEAP = 1024;

/** As many as cores and memory have room for. */
const roomForLanes = () =>
  Math.max(
    1,
    Math.min(MOST_LANES, Math.round(availableParallelism() * LANES_PER_CORE), Math.floor(freemem() / LANE_BYTES)),
  );

interface Lane {
  /** Throws when it turned red, or when the lane died. True: it was too slow before it passed. */
  run(scenario: Scenario): Promise<boolean>;
  stop(): Promise<void>;
}

/** Towns begin one after another: a start is the hardest work that they do. */
let beginning: Promise<unknown> = Promise.resolve();
function startInTurn(): Promise<Lane> {
  const lane = beginning.then(startLane);
  beginning = lane.catch(() => {});
  return lane;
}

/** Starts a process with a town; resolves when everything in it is up. */
async function startLane(): Promise<Lane> {
  const { NODE_TEST_CONTEXT: _, ...env } = process.env; // a lane is not a test file
  const process_ = fork(LANE, {
    env,
    execArgv: ["--enable-source-maps", `--max-old-space-size=${DRIVER_HEAP}`],
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const ended = once(process_, "exit").then(([code, signal]): FromLane => {
    return { type: "failed", why: `the lane ended with ${signal ?? `code ${code}`}` };
  });
  const answer = async () => {
    const said = once(process_, "message").then(([word]) => word as FromLane);
    const word = await Promise.race([said, ended]);
    if (word.type === "failed") throw new Error(word.why);
    return word.type === "passed" && word.again;
  };
  await answer();
  return {
    run: async ({ name }) => {
      const answered = answer();
      process_.send({ scenario: name } satisfies ToLane);
      return await answered;
    },
    stop: async () => {
      if (process_.connected) process_.disconnect();
      await ended;
    },
  };
}

/** Scenarios that are being run. */
export interface Lanes {
  readonly count: number;
  /** Resolves when it has passed; throws when it turned red, or was not run because an earlier one had. */
  passed(scenario: Scenario): Promise<void>;
  /** Scenarios that passed only when they were run again. */
  readonly again: readonly string[];
  /** Resolves when every lane has ended. */
  readonly ended: Promise<void>;
}

/**
 * Runs scenarios in several towns side by side, the longest first. A lane keeps to scenarios with the number of replicas
 * that it has, as long as there are any. What turned red leaves its town, another one takes its place.
 */
export function runInLanes(
  wanted: readonly Scenario[],
  options: { readonly lanes: number | undefined; readonly stopAtFailure: boolean },
): Lanes {
  const count = Math.min(options.lanes ?? roomForLanes(), wanted.length);
  const queue = wanted.toSorted((a, b) => b.replicas - a.replicas || (b.seconds ?? 0) - (a.seconds ?? 0));
  const verdicts = new Map(wanted.map(({ name }) => [name, Promise.withResolvers<void>()]));
  for (const { promise } of verdicts.values()) promise.catch(() => {}); // heard when its turn comes
  const again: string[] = [];
  const giveUp = (why: string) => {
    for (const { name } of queue.splice(0)) verdicts.get(name)?.reject(new Error(`not run: ${why}`));
  };

  const follow = async () => {
    let lane: Lane | undefined;
    let replicas = 2;
    for (;;) {
      const same = queue.findIndex((one) => one.replicas === replicas);
      const [next] = queue.splice(Math.max(0, same), 1);
      if (!next) break;
      const verdict = verdicts.get(next.name)!;
      try {
        lane ??= await startInTurn();
        ({ replicas } = next);
        if (await lane.run(next)) again.push(next.name);
        verdict.resolve();
      } catch (error) {
        verdict.reject(error);
        if (options.stopAtFailure) giveUp(`"${next.name}" turned red`);
        if (!lane) break; // another try would fail as this one did
        await lane.stop();
        lane = undefined;
        replicas = 2;
      }
    }
    await lane?.stop();
  };
  const ended = Promise.all(Array.from({ length: count }, follow)).then(() => giveUp("no town could be started"));
  return { count, passed: async ({ name }) => verdicts.get(name)?.promise, again, ended };
}
