import { connectBus } from "@mailfleet/bus";
import { openStreamTopology } from "@mailfleet/bus/topology";
import { lacking, lengthsOf, streams, type TopologyStep } from "@mailfleet/contracts";
import { readEnvironment } from "@mailfleet/kit";
import { connectStore, isOutage, planCollections, type Store } from "@mailfleet/store";
import { z } from "zod";
import { planDeployment } from "./deployment/plan-deployment.ts";
import { lines } from "./lines.ts";
import { outsideAccounts, outsideConsumer } from "./outside.ts";
import { system } from "./system.ts";

/** `apply` makes and changes, `diff` says what `apply` would do, `check` fails if something is missing or different. */
export const topologyActions = ["apply", "diff", "check"] as const;
export type TopologyAction = (typeof topologyActions)[number];

/** What is to be done, and where its lines go. */
export interface TopologyTask {
  readonly action: TopologyAction;
  /** Also removes what is not used any more: only when nothing of the version before runs. */
  readonly contract?: boolean;
  readonly json?: boolean;
  out(line: string): void;
  readonly env: Readonly<Record<string, string | undefined>>;
}

const leastFacts = 64 * 1024 * 1024;

/** What the step reads besides what every service reads. */
export const environment = {
  /** Copies of each stream: 1 locally, 3 in production. */
  MAILFLEET_STREAM_REPLICAS: z.coerce.number().int().min(1, "must be 1 to 5").max(5, "must be 1 to 5").default(1),
  /** Size of the stream FACTS: how far back facts reach follows from it. */
  MAILFLEET_FACTS_BYTES: z.coerce
    .number()
    .int("must be a number of bytes")
    .min(leastFacts, `must be ${leastFacts} or more`)
    .default(streams.FACTS.maxBytes),
  MAILFLEET_OUTSIDE_ACCOUNTS: outsideAccounts,
};

type Done = "make" | "change" | "remove";
const words = { make: "missing", change: "different", remove: "superfluous", keep: "kept", refuse: "refused" } as const;
const done = { make: "made", change: "changed", remove: "removed" } as const;

/**
 * Compares NATS and MongoDB with what the services declare, and brings them there. Nothing is done if a step is refused,
 * because it would lose data. True: all is as declared, or was made so. Throws `EnvironmentError`, and what the engines
 * throw; engines that are away are waited for.
 */
export async function topology(task: TopologyTask): Promise<boolean> {
  const settings = readEnvironment(environment, task.env);
  const { natsUrl, natsNkeyFile, mongoUrl, mongoDb, streamReplicas, leaseMs } = settings;
  const { ackWaitMs } = lengthsOf(leaseMs);
  const consumers = [
    ...system.consumers.map((consumer) => ({ ...consumer, ackWaitMs })),
    ...settings.outsideAccounts.map(outsideConsumer),
  ];
  const sized = system.streams.map((one) =>
    one.name === streams.FACTS.name ? { ...one, maxBytes: settings.factsBytes } : one,
  );
  const logger = lines(task.out);
  const [nats, bus, mongo] = await Promise.all([
    openStreamTopology({ url: natsUrl, nkeyFile: natsNkeyFile, name: "topology", logger, replicas: streamReplicas }),
    connectBus({ url: natsUrl, nkeyFile: natsNkeyFile, name: "topology", logger, isOutage }),
    connectStore({ url: mongoUrl, database: mongoDb, appName: "topology", logger }),
  ]);
  try {
    const isNew = await isNewDatabase(mongo.db);
    const deployment = await planDeployment({ bus, deployment: mongo.deployment }, isNew);
    const steps = [
      ...deployment.first,
      ...(await planCollections(mongo.db, system.collections)),
      ...(await nats.plan(sized, consumers)),
      ...deployment.last,
    ];
    return await carryOut(steps, task);
  } finally {
    await Promise.all([nats.close(), bus.stop(), mongo.close()]);
  }
}

/** Nothing of ours is in it. */
async function isNewDatabase(db: Store["db"]): Promise<boolean> {
  const there = await db.listCollections({}, { nameOnly: true, authorizedCollections: true }).toArray();
  return !there.some(({ name }) => system.collections.some((one) => one.name === name));
}

async function carryOut(steps: readonly TopologyStep[], task: TopologyTask): Promise<boolean> {
  const { action, contract = false, json = false, out } = task;
  const refused = steps.filter(({ does }) => does === "refuse").length;
  const acts = action === "apply" && refused === 0;
  const left: TopologyStep[] = [];
  for (const step of steps) {
    const { does, what, why, run } = step;
    const isDue = acts && run !== undefined && (does !== "remove" || contract);
    if (isDue)
      await run().catch((cause: Error) => {
        throw new Error(`${why}, and it could not be ${done[does as Done]}: ${cause.message}`, { cause });
      });
    else left.push(step);
    out(
      json ? JSON.stringify({ does, what, why, done: isDue }) : `${isDue ? done[does as Done] : words[does]}: ${why}`,
    );
  }
  const lacks = lacking(left).length;
  if (!json) out(conclusion({ steps: steps.length, refused, lacks }));
  return action === "diff" ? refused === 0 : lacks === 0;
}

function conclusion({ steps, refused, lacks }: { steps: number; refused: number; lacks: number }): string {
  if (steps === 0) return "NATS and MongoDB are as the services declare.";
  if (refused > 0) return `Nothing was done: ${refused} of ${steps} steps are refused.`;
  return lacks > 0 ? `${lacks} steps are left; \`mailfleet topology apply\` does them.` : "Nothing is missing.";
}
