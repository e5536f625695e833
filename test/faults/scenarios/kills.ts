import { type FailPointName, serviceNames } from "@mailfleet/contracts";
import { twins } from "../fleet.ts";
import { untilNothingIsMissing } from "../progress.ts";
import type { Scenario } from "../scenario.ts";
import type { Town } from "../town.ts";
import { columns, type Place, pointsOf, wordsOf } from "./points.ts";

/** Dies at the nth time that it passes this point, and is started again by its supervisor. */
async function killAt({ world, bag }: Town, { service, point }: Place, hit: number): Promise<void> {
  const process_ = world.stack.service(service);
  const { deaths } = process_;
  process_.arm(`${point}:${hit}`);
  await untilNothingIsMissing(async () =>
    process_.deaths > deaths ? "" : `${service} lives, ${bag.of("mail.received.v1").size} facts so far`,
  );
  await process_.ready();
}

/** Points behind which a killed process may have had a message on the wire to a server. */
const beforeTheWire: ReadonlySet<FailPointName> = new Set(["outbound.after-accept"]);

/** Which time a process dies at a point: the first, one in the middle of the flow, and a late one. */
const hits = [2, 1, 7];

const kill = (places: readonly Place[], hit: number): Scenario => ({
  name: `kill at hit ${hit}: ${wordsOf(places)}`,
  short: false,
  seconds: 20 + 4 * hit,
  replicas: 1,
  uncertainSends: places.some(({ service, point }) => service === "outbound-send" && !beforeTheWire.has(point)),
  disturb: async (town) => void (await Promise.all(places.map((place) => killAt(town, place, hit)))),
});

/** Each service at each of its points, one after another. */
const throughPoints = (name: string, services: readonly Place["service"][], more: Partial<Scenario>): Scenario => ({
  name,
  short: false,
  seconds: 100,
  replicas: 1,
  uncertainSends: true,
  disturb: async (town) => {
    const through = async (service: Place["service"]) => {
      for (const point of pointsOf[service]) await killAt(town, { service, point }, 2);
    };
    await Promise.all(services.map(through));
  },
  ...more,
});

/** The same point at several hits: what comes by there is not always the same. */
const fourTimes = (service: Place["service"], point: FailPointName): Scenario => ({
  name: `kill ${service} at ${point}, four times`,
  short: false,
  seconds: 50,
  replicas: 1,
  disturb: async (town) => {
    for (const hit of [1, 2, 3, 4]) await killAt(town, { service, point }, hit);
  },
});

/** One after another at moments of their own, the console too. */
const moments: Scenario = {
  name: "kill each service once, one after another",
  short: false,
  seconds: 50,
  replicas: 1,
  uncertainSends: true,
  disturb: async ({ world }) => {
    for (const name of serviceNames) {
      const process_ = world.stack.service(name);
      const back = process_.restarted();
      process_.kill("SIGKILL");
      await back;
    }
  },
};

const firstReplicas: Scenario = {
  name: "kill the first replica of every service at once",
  short: true,
  replicas: 2,
  uncertainSends: true,
  disturb: async ({ world }) => {
    const first = serviceNames.map((name) => world.stack.service(name));
    const back = first.map((one) => one.restarted());
    for (const one of first) one.kill("SIGKILL");
    await Promise.all(back);
  },
};

/**
 * SIGKILL at each named point, and without choosing the moment. The short form goes through all points in one flow; the
 * long one looks after each, of each service one at a time, with other neighbours at each hit.
 */
export const kills: readonly Scenario[] = [
  firstReplicas,
  throughPoints("kill each service at each of its points, one after another", twins, { short: true }),
  // A further copy is allowed where an attempt was declared lost, and nowhere else.
  throughPoints("kill outbound-send at each point, one after another, resend", ["outbound-send"], { policy: "resend" }),
  ...hits.flatMap((hit, turn) => columns(turn).map((places) => kill(places, hit))),
  // Also mailboxes by IMAP, of which only the cursor knows what was read.
  fourTimes("inbound-sync", "inbound.after-cursor"),
  // Also changes that a message asks for, not a command.
  fourTimes("config", "document.before-commit"),
  moments,
];

/** The name of the scenario in which a service is killed at the second hit of this point. */
export function killedAt(service: Place["service"], point: FailPointName): string {
  const found = columns(0).find((places) => places.some((one) => one.service === service && one.point === point));
  if (!found) throw new Error(`${service} does not pass ${point}`);
  return kill(found, 2).name;
}
