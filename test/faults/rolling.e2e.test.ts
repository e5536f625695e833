import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { serviceNames } from "@mailfleet/contracts";
import { bundle } from "@mailfleet/image";
import { tempDir } from "@mailfleet/local/testing";
import { type Fleet, startFleet } from "./fleet.ts";
import { createRunner } from "./run-scenario.ts";
import { asked, isWanted } from "./scenarios/index.ts";
import { rolling } from "./scenarios/rolling.ts";

/**
 * What is measured is how long a mailbox waits, so the machine has nothing else to do than a small installation: one
 * NATS, one MongoDB, and the bundles that images hold. From sources a process needs twice the time to start, and
 * clusters of three beside it take what is left of two cores.
 */
function aRollingUpdate() {
  let fleet: Fleet;
  const cleanups: (() => Promise<void>)[] = [];
  before(async () => {
    const folder = await tempDir("bundles");
    cleanups.push(() => folder.remove());
    await bundle(serviceNames, folder.path);
    fleet = await startFleet({
      mailboxes: 4,
      stack: {
        script: (service) => join(folder.path, service, "main.js"),
        replicas: Object.fromEntries(serviceNames.map((name) => [name, 2])),
        // As in production: the stack has none, because nobody is in front of its console.
        serviceEnv: { console: { MAILFLEET_CONSOLE_DRAIN_MS: "2000" } },
      },
    });
    cleanups.push(() => fleet.stop());
  });
  after(async () => {
    for (const cleanup of cleanups.reverse()) await cleanup();
  });

  it(rolling.name, async () => {
    await createRunner(fleet)(rolling);
  });
}

const skip =
  !isWanted(rolling, asked.form, asked.only) && "a rolling update is part of the long form, or was not asked for";
describe("a rolling update", { skip }, aRollingUpdate);
