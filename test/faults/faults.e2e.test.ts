import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { FailPointName, Mailbox, ServiceName } from "@mailfleet/contracts";
import { type FleetWorld, startWorld } from "../world/fleet-world.ts";
import { holds } from "../world/holds.ts";
import { createFlow, customer } from "./flow.ts";
import { pointsOf } from "./points.ts";
import { type OutsideConsumer, startOutsideConsumer } from "./received-once.ts";

/** `npm run test:faults` visits every point at several hits and with both policies; `npm test` each point once. */
const everything = process.env.MAILFLEET_ALL_FAULTS === "true";
const hits = everything ? [1, 2, 7] : [2];
const policies = everything ? (["hold", "resend"] as const) : (["hold"] as const);
const mailboxCount = 20;

interface Kill {
  readonly service: Exclude<ServiceName, "console">;
  readonly point: FailPointName;
  readonly hit: number;
}

/** The bus passes its points alike in every service: within the five minutes of `npm test` two of them stand for all. */
const visited = ({ service, point }: Kill) =>
  everything || !point.startsWith("bus.") || service === "config" || service === "inbound-sync";

/** Every point; neighbours are different services, since five deaths of one in a minute end a stack. */
const kills: Kill[] = hits.flatMap((hit) => {
  const rows = Object.entries(pointsOf) as [Kill["service"], readonly FailPointName[]][];
  const longest = Math.max(...rows.map(([, points]) => points.length));
  return Array.from({ length: longest }, (_, n) =>
    rows.flatMap(([service, points]) => {
      const point = points[n];
      return point ? [{ service, point, hit }] : [];
    }),
  )
    .flat()
    .filter(visited);
});

for (const policy of policies) {
  describe(`killed in the middle, uncertain sends on ${policy}`, () => {
    let world: FleetWorld;
    let mailboxes: Mailbox[];
    let outside: OutsideConsumer;
    const duplicatesAllowed = policy === "resend";
    before(async () => {
      world = await startWorld();
      world.sandbox.addAccount(customer, "secret");
      await world.sandboxProfile({ uncertainPolicy: policy });
      const names = Array.from({ length: mailboxCount }, (_, n) => `queue${n + 1}@sandbox.test`);
      mailboxes = await Promise.all(names.map((name) => world.enabledMailbox(name)));
      outside = await startOutsideConsumer(world);
    });
    after(async () => {
      await outside?.stop();
      await world?.stop();
    });

    /** 200 in and 200 out while `disturb` does its worst; then the same end as without it. */
    async function undisturbedBy(tag: string, disturb: () => Promise<void>): Promise<void> {
      const flow = createFlow(world, mailboxes, tag);
      await Promise.all([flow.start(), flow.command(), disturb()]);
      await flow.assertUndisturbed({ duplicatesAllowed });
      await outside.sawExactly(`${tag} in`, mailboxCount * 10);
    }

    it("nothing at all: the run that the others are compared with", () => undisturbedBy("calm", async () => {}));

    for (const { service, point, hit } of kills) {
      it(`${service} at ${point}, hit ${hit}`, async () => {
        const process_ = world.stack.service(service);
        const deaths = process_.deaths;
        await process_.stop();
        await process_.start({ MAILFLEET_FAIL_POINTS: `${point}:${hit}` });
        await undisturbedBy(`${service}.${point}.${hit}`, async () => {});
        assert.ok(process_.deaths > deaths, "the point was reached and the process died there");
      });
    }

    it("each service at a moment of its own", () =>
      undisturbedBy("moments", async () => {
        for (const service of [
          "inbound-sync",
          "outbound-send",
          "config",
          "scheduler",
          "alerting",
          "console",
        ] as const) {
          const process_ = world.stack.service(service);
          const back = process_.restarted();
          process_.kill("SIGKILL");
          await back;
        }
      }));

    for (const engine of ["nats", "mongo"] as const) {
      it(`${engine} is killed and comes back`, () =>
        undisturbedBy(engine, async () => {
          const own = world.stack[engine];
          assert.ok(own, "the stack runs its own engine");
          await own.kill();
          const unready = async () => {
            const { httpPort } = world.stack.service("config");
            const { status } = await fetch(`http://127.0.0.1:${httpPort}/readyz`);
            assert.equal(status, 503);
          };
          await holds(unready, 20_000);
          await own.restart();
        }));
    }
  });
}

describe("two replicas of everything", () => {
  let world: FleetWorld;
  before(async () => {
    const two = { config: 2, scheduler: 2, "inbound-sync": 2, "outbound-send": 2, alerting: 2 };
    world = await startWorld({ replicas: two });
    world.sandbox.addAccount(customer, "secret");
    await world.sandboxProfile();
  });
  after(() => world?.stop());

  it("do the work once, also when the first of each is killed", async () => {
    const names = Array.from({ length: mailboxCount }, (_, n) => `queue${n + 1}@sandbox.test`);
    const mailboxes = await Promise.all(names.map((name) => world.enabledMailbox(name)));
    const outside = await startOutsideConsumer(world);
    const flow = createFlow(world, mailboxes, "twins");
    const disturb = async () => {
      for (const service of ["inbound-sync", "outbound-send", "config", "scheduler", "alerting"] as const)
        world.stack.service(service, 1).kill("SIGKILL");
    };
    await Promise.all([flow.start(), flow.command(), disturb()]);
    await flow.assertUndisturbed({ duplicatesAllowed: false });
    await outside.sawExactly("twins in", mailboxCount * 10);
    await outside.stop();
  });
});
