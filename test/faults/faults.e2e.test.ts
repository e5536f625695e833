import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { createFlow } from "./flow.ts";
import { scenarios } from "./scenarios/index.ts";
import { startTown, type Town } from "./town.ts";

/** `npm run test:faults` sets these: all scenarios, those with a text in their name, so many times in a row. */
const form = process.env.MAILFLEET_ALL_FAULTS === "true" ? "long" : "short";
const only = process.env.MAILFLEET_FAULT_SCENARIO;
const times = Number(process.env.MAILFLEET_FAULT_TIMES ?? 1);
const wanted = scenarios(form, only);

/** Shown by the runner while the suite runs. */
const tell = (text: string) => process.stdout.write(`» ${text}\n`);
const seconds = (since: number) => `${((performance.now() - since) / 1000).toFixed(1)} s`;
/** Of what each process said while a scenario turned red, so many lines, and so much of each. */
const SHOWN = { lines: 12, letters: 600 };
const lastWords = (lines: readonly string[]) =>
  [...Map.groupBy(lines, (line) => line.split("]", 1)[0]).values()].flatMap((own) => own.slice(-SHOWN.lines));

describe(`${wanted.length} ways to fail, on clusters of three`, () => {
  let town: Town;
  let replicas: 1 | 2 = 2;
  let policy: "hold" | "resend" = "hold";
  before(async () => {
    const began = performance.now();
    town = await startTown({ mailboxes: form === "long" ? 12 : 8 });
    tell(`everything is up, ${seconds(began)}`);
  });
  after(async () => {
    if (town) tell(`${town.bag.repeats} facts came again, each with the id it had`);
    await town?.stop();
  });

  it("there is something to run", () => assert.ok(wanted.length > 0, `no scenario is called "${only}"`));

  for (let round = 1; round <= times; round++)
    for (const scenario of wanted) {
      const tag = `${scenario.name}${times > 1 ? ` (${round})` : ""}`;
      it(tag, async () => {
        const began = performance.now();
        const said = town.warnings.length;
        try {
          if (scenario.replicas !== replicas) await town.replicas(scenario.replicas);
          replicas = scenario.replicas;
          if ((scenario.policy ?? "hold") !== policy) await town.uncertain(scenario.policy ?? "hold");
          policy = scenario.policy ?? "hold";
          const flow = createFlow(town, tag);
          const { uncertainSends = false, keepsLeases = false, passesOnce = false } = scenario;
          const disturbing = performance.now();
          let settling = disturbing;
          await flow.runWhile(async () => {
            await scenario.disturb(town);
            settling = performance.now();
          });
          const end = await flow.assertUndisturbed({ uncertainSends, policy, keepsLeases, passesOnce });
          const unknown = end.uncertain > 0 ? `, ${end.uncertain} held` : "";
          const phases = `disturbed for ${((settling - disturbing) / 1000).toFixed(1)} s, settled in ${seconds(settling)}`;
          tell(`ok    ${tag}: ${end.received} in, ${end.sent} out${unknown}, ${seconds(began)} (${phases})`);
        } catch (error) {
          tell(`FAIL  ${tag}: ${(error as Error).message.split("\n")[0]}, ${seconds(began)}`);
          for (const line of lastWords(town.warnings.slice(said))) tell(`      ${line.slice(0, SHOWN.letters)}`);
          throw error;
        }
      });
    }
});
