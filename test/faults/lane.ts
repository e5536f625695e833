/**
 * A process with a town of its own, for lanes.ts. Is told the name of a scenario, runs it, and says how it went. Ends
 * with the process that started it.
 */
import { endWithParent } from "@mailfleet/local/testing";
import type { FromLane, ToLane } from "./lanes.ts";
import { createRunner, secondsSince, tell } from "./run-scenario.ts";
import { scenarioNamed } from "./scenarios/index.ts";
import { startTown } from "./town.ts";

const say = (word: FromLane) => void process.send?.(word);

const began = performance.now();
const starting = startTown({ mailboxes: 8 });
endWithParent(async () => {
  const town = await starting.catch(() => undefined);
  if (town) tell(`${town.bag.repeats} facts came again, each with the id it had`);
  await town?.stop();
});
const town = await starting;
const run = createRunner(town);
process.on("message", ({ scenario }: ToLane) => {
  run(scenarioNamed(scenario)).then(
    (again) => say({ type: "passed", again }),
    (error: Error) => say({ type: "failed", why: String(error.stack) }),
  );
});
tell(`everything is up, ${secondsSince(began)}`);
say({ type: "ready" });
