/**
 * `npm run test:skew -- <git ref>`: the release of this checkout and that of another commit work side by side on one NATS
 * and one MongoDB, while mail goes in by IMAP and POP3 and out by SMTP. Each service has two processes. Ends with a table
 * of what was lost or doubled; exit code 1 if anything was.
 */
import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { type ServiceName, serviceNames } from "@mailfleet/contracts";
import { endWithParent } from "@mailfleet/local/testing";
import { type Fleet, startFleet } from "../faults/fleet.ts";
import { createFlow } from "../faults/flow.ts";
import { checkOut, type OtherRelease } from "./other-release.ts";

/** How long mail flows once everything is as the step says. */
const FLOW_MS = 5_000;
const say = (text: string) => void process.stdout.write(`${text}\n`);

const ourScript = (name: ServiceName) => fileURLToPath(new URL(`../../services/${name}/main.ts`, import.meta.url));

/** Replaces these replicas, one after another, each by a process that is ready before the old one is sent SIGTERM. */
async function replace({ world }: Fleet, replicas: readonly number[], script: (name: ServiceName) => string) {
  for (const replica of replicas)
    for (const name of serviceNames) {
      const { code } = await world.stack.service(name, replica).replace(script(name));
      assert.equal(code, 0, `${name} ended with code ${code}`);
    }
}

type Step = (fleet: Fleet, other: OtherRelease) => Promise<void>;

const steps: Readonly<Record<string, Step>> = {
  "one of two is the other release": (fleet, other) => replace(fleet, [1], other.script),
  "the other release is replaced by this one": (fleet) => replace(fleet, [1], ourScript),
  "this release is rolled back": async (fleet, other) => {
    await other.applyTopology(fleet.world.stack.places("topology"));
    await replace(fleet, [1, 2], other.script);
  },
  "and upgraded again": (fleet) => replace(fleet, [1, 2], ourScript),
};

interface Row {
  readonly step: string;
  readonly in: number;
  readonly out: number;
  readonly lost: number;
  readonly doubled: number;
  readonly seconds: number;
  readonly wrong: string;
}

async function measure(fleet: Fleet, other: OtherRelease, name: string, step: Step): Promise<Row> {
  const began = performance.now();
  const flow = createFlow(fleet, name);
  const warned = fleet.warnings.length;
  let wrong = "";
  try {
    await flow.runWhile(async () => {
      await step(fleet, other);
      await pause(FLOW_MS);
    });
    await flow.assertUndisturbed({ uncertainSends: false, policy: "hold", keepsLeases: false, passesOnce: true });
  } catch (error) {
    wrong = (error as Error).message.split("\n")[0] ?? "";
    for (const line of fleet.warnings.slice(warned).slice(-30)) say(`  ${line.slice(0, 400)}`);
  }
  const { received, sent, lost, doubled } = flow.tally();
  const seconds = Math.round((performance.now() - began) / 1000);
  say(`${wrong ? "FAIL" : "ok  "}  ${name}, ${seconds} s`);
  return { step: name, in: received, out: sent, lost, doubled, seconds, wrong };
}

const [ref] = process.argv.slice(2);
if (!ref) {
  say("npm run test:skew -- <git ref>: name the commit of the other release");
  process.exit(2);
}
say(`checking out ${ref} …`);
const other = await checkOut(ref);
say(`the other release is ${other.name}`);
const starting = startFleet({
  mailboxes: 4,
  stack: { replicas: Object.fromEntries(serviceNames.map((name) => [name, 2])) },
});
const end = async () => {
  const fleet = await starting.catch(() => undefined);
  await fleet?.stop();
  await other.remove();
};
endWithParent(end);
const rows: Row[] = [];
try {
  const fleet = await starting;
  for (const [name, step] of Object.entries(steps)) rows.push(await measure(fleet, other, name, step));
} finally {
  await end();
}
console.table(rows);
process.exit(rows.every(({ wrong, lost, doubled }) => wrong === "" && lost + doubled === 0) ? 0 : 1);
