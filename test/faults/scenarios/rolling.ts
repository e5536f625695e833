import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { serviceNames } from "@mailfleet/contracts";
import { shortWaits } from "../../world/fleet-world.ts";
import type { Fleet } from "../fleet.ts";
import { TooSlow } from "../flow.ts";
import { type Kind, measuredMailboxes } from "../measured-mailboxes.ts";
import { tell } from "../run-scenario.ts";
import type { Scenario } from "../scenario.ts";

/** What a service gives itself between SIGTERM and its end. */
const GRACE_MS = 8000;
/** A rolling update keeps nobody waiting longer than the same fleet without one, and this. */
const STALL_MS = 1000;
/** How long the fleet is measured without one. */
const CALM_MS = 2000;
const ASK_EVERY_MS = 50;

/** Somebody who asks all the time, and never twice. */
function startAsking({ world: { api } }: Fleet) {
  const unanswered = new Set<string>();
  let asking = true;
  const asked = (async () => {
    while (asking) {
      await api.get("/settings").catch((error: Error) => unanswered.add(error.message));
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

/** One replica that was replaced. */
interface Replaced {
  readonly name: string;
  /** When its successor was started. */
  readonly at: number;
  /** From SIGTERM to its end. */
  readonly ms: number;
}

/** Each replica of each service, one after another: first another one is ready, then the old one is sent SIGTERM. */
async function replaceAll({ world: { stack } }: Fleet): Promise<readonly Replaced[]> {
  const replaced: Replaced[] = [];
  for (const name of serviceNames)
    for (const one of stack.services.filter((service) => service.name === name)) {
      const at = Date.now();
      const { code, ms } = await one.replace();
      replaced.push({ name: `${name} ${one.replica}`, at, ms: Math.round(ms) });
      if (ms >= GRACE_MS) throw new TooSlow(`${name} needed ${Math.round(ms)} ms to end`);
      assert.equal(code, 0, `${name} ended with code ${code}, ${Math.round(ms)} ms after SIGTERM`);
    }
  return replaced;
}

/** A new release: nobody notices but for a moment, and nothing is lost or doubled. */
export const rolling: Scenario<Fleet> = {
  name: "every service is replaced, one replica after another",
  short: false,
  replicas: 2,
  passesOnce: true,
  async disturb(fleet, tooSlow) {
    const measured = await measuredMailboxes(fleet);
    const asking = startAsking(fleet);
    try {
      const calm = Date.now();
      await pause(CALM_MS);
      const began = Date.now();
      const replaced = await replaceAll(fleet);
      await pause(STALL_MS);
      const ended = Date.now();
      await measured.received();
      const unanswered = await asking.stop();
      const [before, during] = [measured.waits(calm, began), measured.waits(began, ended)];
      const kinds = Object.keys(during) as Kind[];
      const whileWhich = (at: number) => replaced.findLast((one) => one.at <= at)?.name;
      const waits = kinds
        .map((kind) => {
          const { at, ms } = during[kind];
          return `${kind} ${ms} ms (${before[kind].ms} ms without), from ${at - began} ms on, at ${whileWhich(at)}`;
        })
        .join("; ");
      tell(`longest waits: ${waits}`);
      tell(`ms from SIGTERM to the end: ${replaced.map(({ name, ms }) => `${name} ${ms}`).join(", ")}`);
      assert.deepEqual(unanswered, [], "every request to the API is answered");
      const slow = kinds.filter((kind) => during[kind].ms > Math.max(before[kind].ms, shortWaits.pollMs) + STALL_MS);
      if (slow.length > 0) tooSlow(`${slow.join(" and ")} waited a second longer`);
    } finally {
      await measured.end();
      await asking.stop();
    }
  },
};
