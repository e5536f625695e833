import assert from "node:assert/strict";
import { it } from "node:test";
import type { InboundPorts } from "../ports.ts";
import { tellDeaf, tellWell } from "./stalled.ts";
import type { HeldWatch } from "./store.ts";

/** A watch whose bus is away as long as `away` says so. */
function given() {
  const world = { deaf: 0, away: false, told: [] as string[] };
  const ports = {
    watches: {
      note: async (_holder: string, _mailbox: string, change: { deaf?: number }) => {
        world.deaf = change.deaf ?? world.deaf;
        return true;
      },
    },
    bus: {
      publish: async ({ type }: { type: string }) => {
        if (world.away) throw new Error("NATS is away");
        world.told.push(type);
        return "stored";
      },
    },
    metrics: { deaf: { inc: () => {} } },
    logger: { warn: () => {} },
    now: () => 1000,
  } as unknown as InboundPorts;
  const found = { at: 900, after: 100 };
  const deaf = () =>
    tellDeaf(ports, "holder", { mailboxId: "mb_1", watching: { deaf: world.deaf }, found } as unknown as HeldWatch);
  const well = () => tellWell(ports, "holder", "mb_1", world.deaf);
  return { world, deaf, well };
}

it("a stalled watch is told from the second time on, and cleared when it hears again", async () => {
  const { world, deaf, well } = given();
  await deaf();
  assert.deepEqual(world.told, []);
  await deaf();
  assert.deepEqual(world.told, ["alert.raised.v1"]);
  await well();
  assert.deepEqual([world.told.at(-1), world.deaf], ["alert.cleared.v1", 0]);
});

it("what could not be told is told the next time, and what was told is cleared after a death in between", async () => {
  const { world, deaf, well } = given();
  await deaf();
  world.away = true;
  await assert.rejects(deaf());
  assert.equal(world.deaf, 2);
  world.away = false;
  await deaf();
  assert.deepEqual(world.told, ["alert.raised.v1"]);
  world.away = true;
  await assert.rejects(well());
  world.away = false;
  await well();
  assert.deepEqual([world.told.at(-1), world.deaf], ["alert.cleared.v1", 0]);
});
