import type { FailPointName, ServiceName } from "@mailfleet/contracts";
import { untilNothingIsMissing } from "../progress.ts";
import type { Scenario } from "../scenario.ts";
import { type Town, twins } from "../town.ts";
import { pointsOf } from "./points.ts";

type Worker = Exclude<ServiceName, "console">;

/** Dies at the nth time that it passes this point, and is started again by its supervisor. */
async function killAt({ world, bag }: Town, service: Worker, point: FailPointName, hit: number): Promise<void> {
  const process_ = world.stack.service(service);
  const deaths = process_.deaths;
  await process_.stop();
  await process_.start({ MAILFLEET_FAIL_POINTS: `${point}:${hit}` });
  await untilNothingIsMissing(async () =>
    process_.deaths > deaths ? "" : `${service} lives, ${bag.of("mail.received.v1").size} facts so far`,
  );
  await process_.ready();
}

/** Where a killed process may have had a message on the wire to a server. */
const onTheWire: ReadonlySet<FailPointName> = new Set([
  "outbound.after-claim",
  "outbound.before-content",
  "outbound.after-server-accepted",
  "outbound.after-result",
  "bus.after-pull",
  "bus.before-acknowledge",
]);

const kill = (service: Worker, point: FailPointName, hit: number, policy: "hold" | "resend"): Scenario => ({
  name: `kill ${service} at ${point}, hit ${hit}${policy === "resend" ? ", resend" : ""}`,
  // The bus passes its points alike in every service: within the time of `npm test` two stand for all.
  short: hit === 2 && policy === "hold" && (!point.startsWith("bus.") || service === "inbound-sync"),
  replicas: 1,
  policy,
  uncertainSends: service === "outbound-send" && onTheWire.has(point),
  disturb: (town) => killAt(town, service, point, hit),
});

/** Column by column, so that neighbours are different services: five deaths of one in a minute end a stack. */
const columns = Array.from({ length: Math.max(...twins.map((name) => pointsOf[name].length)) }, (_, n) =>
  twins.flatMap((service) => {
    const point = pointsOf[service][n];
    return point ? [{ service, point }] : [];
  }),
).flat();

const pointKills: readonly Scenario[] = [
  ...columns.map(({ service, point }) => kill(service, point, 2, "hold")),
  ...[1, 7].flatMap((hit) => columns.map(({ service, point }) => kill(service, point, hit, "hold"))),
  ...columns
    .filter(({ service }) => service === "outbound-send")
    .map(({ service, point }) => kill(service, point, 2, "resend")),
];

/** One after another at moments of their own, the console too. */
const moments: Scenario = {
  name: "kill each service once",
  short: true,
  replicas: 1,
  uncertainSends: true,
  disturb: async ({ world }) => {
    for (const name of [...twins, "console"] as const) {
      const process_ = world.stack.service(name);
      const back = process_.restarted();
      process_.kill("SIGKILL");
      await back;
    }
  },
};

const firstReplicas: Scenario = {
  name: "kill the first of two replicas of every service at once",
  short: true,
  replicas: 2,
  uncertainSends: true,
  disturb: async ({ world }) => {
    const first = twins.map((name) => world.stack.service(name));
    const back = first.map((one) => one.restarted());
    for (const one of first) one.kill("SIGKILL");
    await Promise.all(back);
  },
};

/** SIGKILL at each named point, and without choosing the moment. */
export const kills: readonly Scenario[] = [firstReplicas, ...pointKills, moments];
