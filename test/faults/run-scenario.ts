import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Fleet } from "./fleet.ts";
import { createFlow, TooSlow } from "./flow.ts";
import type { Scenario } from "./scenario.ts";

/** Where a scenario that turned red leaves what the services said; the next run empties it. */
const LOGS = fileURLToPath(new URL("../../.local/fault-logs/", import.meta.url));
/** A machine that is overloaded takes a lease, or a second, now and then; code that is wrong is too slow each time. */
const TRIES = 3;
/** Of what each process said while a scenario turned red, so many lines are shown, and so much of each. */
const SHOWN = { lines: 12, letters: 600 };

/** Shown by the runner while the suite runs. */
export const tell = (text: string) => void process.stdout.write(`» ${text}\n`);
export const secondsSince = (began: number) => `${((performance.now() - began) / 1000).toFixed(1)} s`;

const lastWords = (lines: readonly string[]) =>
  [...Map.groupBy(lines, (line) => line.split("]", 1)[0]).values()].flatMap((own) => own.slice(-SHOWN.lines));

/** Everything that is left of what the processes said. Answers the folder, relative to the checkout. */
async function keepLogs(town: Fleet, name: string, error: Error, warnings: readonly string[]): Promise<string> {
  const folder = `${new Date().toISOString().replace(/\D/g, "").slice(0, 14)} ${name.replace(/\W+/g, "-").slice(0, 60)}`;
  await mkdir(join(LOGS, folder), { recursive: true });
  const keep = (file: string, lines: readonly string[]) => writeFile(join(LOGS, folder, file), `${lines.join("\n")}\n`);
  await keep("error.txt", [name, String(error.stack)]);
  await keep("warnings.log", warnings);
  for (const service of town.world.stack.services) await keep(`${service.name}-${service.replica}.log`, service.lines);
  return `.local/fault-logs/${folder}`;
}

/**
 * Runs scenarios in a town, or in a fleet without clusters, one after another. Each tells how it went, and throws when it turned red. True: it was too
 * slow before it passed.
 */
export function createRunner<Where extends Fleet>(town: Where): (scenario: Scenario<Where>) => Promise<boolean> {
  let replicas: 1 | 2 = 2;
  let policy: "hold" | "resend" = "hold";
  return async function run(scenario, tries = TRIES): Promise<boolean> {
    const { name, uncertainSends = false, keepsLeases = false, passesOnce = false } = scenario;
    const began = performance.now();
    const said = town.warnings.length;
    try {
      if (scenario.replicas !== replicas) await town.replicas(scenario.replicas);
      replicas = scenario.replicas;
      if ((scenario.policy ?? "hold") !== policy) await town.uncertain(scenario.policy ?? "hold");
      policy = scenario.policy ?? "hold";
      const flow = createFlow(town, tries === TRIES ? name : `${name} (again, ${tries})`);
      const disturbing = performance.now();
      let settling = disturbing;
      const slow: string[] = [];
      await flow.runWhile(async () => {
        await scenario.disturb(town, (what) => slow.push(what));
        settling = performance.now();
      });
      const end = await flow.assertUndisturbed({ uncertainSends, policy, keepsLeases, passesOnce });
      if (slow.length > 0)
        throw new TooSlow(`${slow.join("; ")} (${end.received} in, ${end.sent} out, nothing lost or doubled)`);
      const unknown = end.uncertain > 0 ? `, ${end.uncertain} held` : "";
      const phases = `disturbed for ${((settling - disturbing) / 1000).toFixed(1)} s, settled in ${secondsSince(settling)}`;
      tell(`ok    ${name}: ${end.received} in, ${end.sent} out${unknown}, ${secondsSince(began)} (${phases})`);
      return tries < TRIES;
    } catch (thrown) {
      if (thrown instanceof TooSlow && tries > 1) {
        tell(`again ${name}: ${thrown.message}, ${secondsSince(began)}`);
        return run(scenario, tries - 1);
      }
      const error = thrown as Error;
      tell(`FAIL  ${name}: ${error.message.split("\n")[0]}, ${secondsSince(began)}`);
      const warnings = town.warnings.slice(said);
      for (const line of lastWords(warnings)) tell(`      ${line.slice(0, SHOWN.letters)}`);
      tell(`      what the services said is in ${await keepLogs(town, name, error, warnings)}`);
      throw error;
    }
  };
}
