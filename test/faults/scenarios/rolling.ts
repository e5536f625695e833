import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { serviceNames } from "@mailfleet/contracts";
import { shortWaits } from "../../world/fleet-world.ts";
import { TooSlow } from "../flow.ts";
import { type Kind, measuredMailboxes } from "../measured-mailboxes.ts";
import { tell } from "../run-scenario.ts";
import type { Scenario } from "../scenario.ts";
import type { Town } from "../town.ts";

/** What a service gives itself between SIGTERM and its end. */
const GRACE_MS = 8000;
/** A rolling update keeps nobody waiting longer than the same town without one, and this. */
const STALL_MS = 1000;
/** How long the town is measured without one. */
const CALM_MS = 4000;
const ASK_EVERY_MS = 50;

/** Somebody who asks all the time, and once more where the connection is closed at the moment of the question. */
function startAsking({ world: { api } }: Town) {
  const unanswered = new Set<string>();
  let asking = true;
  const asked = (async () => {
    while (asking) {
      const ask = () => api.get("/settings");
      await ask()
        .catch(ask)
        .catch((error: Error) => unanswered.add(error.message));
      await pause(ASK_EVERY_MS);
    }
  })();
  return {
    async stop(): Promise<readonly string[]> {
      asking = false;
      await asked;
      return [...unanswered];
    },
  };
}

/** Each replica of each service, one after another: first another one is ready, then the old one is sent SIGTERM. */
async function replaceAll({ world: { stack } }: Town): Promise<string> {
  const took: string[] = [];
  for (const name of serviceNames)
    for (const one of stack.services.filter((service) => service.name === name)) {
      const { code, ms } = await one.replace();
      took.push(`${name} ${Math.round(ms)}`);
      if (ms >= GRACE_MS) throw new TooSlow(`${name} needed ${Math.round(ms)} ms to end`);
      assert.equal(code, 0, `${name} ended with code ${code}, ${Math.round(ms)} ms after SIGTERM`);
    }
  return took.join(", ");
}

/** A new release: nobody notices but for a moment, and nothing is lost or doubled. */
export const rolling: Scenario = {
  name: "every service is replaced, one replica after another",
  short: false,
  seconds: 60,
  replicas: 2,
  passesOnce: true,
  async disturb(town) {
    const measured = await measuredMailboxes(town);
    const asking = startAsking(town);
    try {
      const calm = Date.now();
      await pause(CALM_MS);
      const began = Date.now();
      const took = await replaceAll(town);
      await pause(STALL_MS);
      const ended = Date.now();
      await measured.received();
      const unanswered = await asking.stop();
      const [before, during] = [measured.waits(calm, began), measured.waits(began, ended)];
      const kinds = Object.keys(during) as Kind[];
      const waits = kinds.map((kind) => `${kind} ${during[kind]} ms (${before[kind]} ms without)`).join(", ");
      tell(`longest waits: ${waits}; ms from SIGTERM to the end: ${took}`);
      assert.deepEqual(unanswered, [], "every request to the API is answered, at the second time at the latest");
      const slow = kinds.filter((kind) => during[kind] > Math.max(before[kind], shortWaits.pollMs) + STALL_MS);
      if (slow.length > 0) throw new TooSlow(`nobody waits a second longer: ${waits}`);
    } finally {
      await measured.end();
      await asking.stop();
    }
  },
};
