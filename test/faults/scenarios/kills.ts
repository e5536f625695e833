import type { FailPointName, ServiceName } from "@mailfleet/contracts";
import { untilNothingIsMissing } from "../progress.ts";
import type { Scenario } from "../scenario.ts";
import { type Town, twins } from "../town.ts";
import { pointsOf } from "./points.ts";

interface Death {
  readonly service: Exclude<ServiceName, "console">;
  readonly point: FailPointName;
  readonly hit: number;
}

/** Dies at the nth time that it passes this point, and is started again by its supervisor. */
async function killAt({ world, bag }: Town, { service, point, hit }: Death): Promise<void> {
  const process_ = world.stack.service(service);
  const deaths = process_.deaths;
  await process_.stop();
  await process_.start({ MAILFLEET_FAIL_POINTS: `${point}:${hit}` });
  await untilNothingIsMissing(async () =>
    process_.deaths > deaths ? "" : `${service} lives, ${bag.of("mail.received.v1").size} facts so far`,
  );
  await process_.ready();
}

/** Points behind which a killed process may have had a message on the wire to a server. */
const beforeTheWire: ReadonlySet<FailPointName> = new Set(["outbound.after-accept"]);

const kill = (deaths: readonly Death[], policy: "hold" | "resend", short: boolean): Scenario => ({
  name: `kill ${deaths.map(({ service, point, hit }) => `${service} at ${point}, hit ${hit}`).join("; ")} (${policy})`,
  short,
  replicas: 1,
  policy,
  uncertainSends: deaths.some(({ service, point }) => service === "outbound-send" && !beforeTheWire.has(point)),
  disturb: async (town) => void (await Promise.all(deaths.map((death) => killAt(town, death)))),
});

/** Column by column, so that neighbours are different services. */
const columns = (hit: number): Death[][] =>
  Array.from({ length: Math.max(...twins.map((name) => pointsOf[name].length)) }, (_, n) =>
    twins.flatMap((service) => {
      const point = pointsOf[service][n];
      return point ? [{ service, point, hit }] : [];
    }),
  );
const single = (hit: number) => columns(hit).flat();
/** Those that are not alone in their column: these stand in the short form already. */
const several = columns(2).filter((deaths) => deaths.length > 1);

/** Every point once, several services at a time: for the short form. */
const together = columns(2).map((deaths) => kill(deaths, "hold", true));
const alone = [...several.flat(), ...single(1), ...single(7)].map((death) => kill([death], "hold", false));
const resending = single(2)
  .filter(({ service }) => service === "outbound-send")
  .map((death) => kill([death], "resend", false));

/** Several times, so that it also meets mailboxes where only the cursor knows what was read: those by IMAP. */
const fourTimes: Scenario = {
  name: "kill inbound-sync at inbound.after-cursor, four times",
  short: false,
  replicas: 1,
  disturb: async (town) => {
    for (const hit of [1, 2, 3, 4]) await killAt(town, { service: "inbound-sync", point: "inbound.after-cursor", hit });
  },
};

/** One after another at moments of their own, the console too. */
const moments: Scenario = {
  name: "kill each service once, one after another",
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
export const kills: readonly Scenario[] = [firstReplicas, ...together, ...alone, ...resending, fourTimes, moments];
