import { readFile } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import type { ServiceName } from "@mailfleet/contracts";
import { customer } from "../fleet.ts";
import { untilNothingIsMissing } from "../progress.ts";
import type { Scenario } from "../scenario.ts";
import { lengths, type Town } from "../town.ts";
import { columns, type Place, wordsOf } from "./points.ts";

/** Longer than every lease and every wait for an acknowledgement: whoever is frozen has lost all it held. */
const FREEZE_MS = Math.max(lengths.ackWaitMs, lengths.holdMs) + 2000;

async function freeze({ world }: Town, services: readonly ServiceName[]): Promise<void> {
  const first = services.map((name) => world.stack.service(name));
  for (const one of first) one.kill("SIGSTOP");
  try {
    await pause(FREEZE_MS);
  } finally {
    for (const one of first) one.kill("SIGCONT");
  }
}

const frozen = (name: string, services: readonly ServiceName[], short: boolean): Scenario => ({
  name: `freeze ${name}`,
  short,
  replicas: 2,
  // What a frozen process has on the wire is unknown to the others until it speaks again.
  uncertainSends: services.includes("outbound-send"),
  disturb: (town) => freeze(town, services),
});

/** Frozen in the moment in which the server has taken a message and its answer is on the way. */
const lateAnswer = (policy: "hold" | "resend"): Scenario => ({
  name: `freeze outbound-send between a server's reception and its 250, ${policy}`,
  short: policy === "hold",
  seconds: 40,
  replicas: 1,
  policy,
  // The late 250 makes it sent: nothing stays unknown, and no second copy goes out.
  uncertainSends: policy === "resend",
  disturb: async ({ world }) => {
    const [one, other] = [1, 2].map((n) => world.stack.service("outbound-send", n));
    if (!one || !other) throw new Error("unreachable");
    await new Promise<void>((resolve) => {
      const stop = world.sandbox.onTaken(({ to }) => {
        if (!to.includes(customer)) return;
        one.kill("SIGSTOP");
        stop();
        resolve();
      });
    });
    try {
      await other.start();
      await pause(FREEZE_MS);
    } finally {
      one.kill("SIGCONT");
    }
    await other.stop();
  },
});

/** Linux shows a stopped process as T (proc(5)). */
const isFrozen = async (pid: number | undefined) =>
  /\) [Tt] /.test(await readFile(`/proc/${pid}/stat`, "utf8").catch(() => ""));

/** The first replica freezes itself at this point, another one takes over, and the first goes on where it was. */
async function freezeAt({ world, bag }: Town, { service, point }: Place): Promise<void> {
  const process_ = world.stack.service(service);
  process_.arm(`${point}:3:stop`);
  await untilNothingIsMissing(async () =>
    (await isFrozen(process_.pid))
      ? ""
      : `${service} is not there yet, ${bag.of("mail.received.v1").size} facts so far`,
  );
  try {
    await pause(FREEZE_MS);
  } finally {
    process_.kill("SIGCONT");
  }
}

const frozenAt = (places: readonly Place[], short: boolean): Scenario => ({
  name: `freeze ${wordsOf(places)}`,
  short,
  seconds: 50,
  replicas: 2,
  uncertainSends: places.some(({ service }) => service === "outbound-send"),
  disturb: async (town) => void (await Promise.all(places.map((place) => freezeAt(town, place)))),
});

/** SIGSTOP for longer than every lease, then SIGCONT, while a second replica takes over. */
export const freezes: readonly Scenario[] = [
  frozen("both workers", ["inbound-sync", "outbound-send"], false),
  frozen("config, scheduler and alerting", ["config", "scheduler", "alerting"], false),
  // Alone: the fence of a lease is what this one is about.
  { ...frozenAt([{ service: "inbound-sync", point: "inbound.before-cursor" }], true), passesOnce: true },
  ...columns(3).map((places) => frozenAt(places, false)),
  lateAnswer("hold"),
  lateAnswer("resend"),
];
