import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Checkup } from "@mailfleet/contracts";
import { eventually } from "@mailfleet/local/testing";
import { type FleetWorld, startWorld } from "../world/fleet-world.ts";

let world: FleetWorld;
before(async () => {
  world = await startWorld();
  await world.sandboxProfile();
});
after(() => world?.stop());

test("the doctor asks every service, and finds nothing wrong with a new installation", async () => {
  await world.enabledMailbox("sales@example.org");
  const checkup = await eventually(async () => {
    const found = await world.api.get<Checkup>("/checkup");
    assert.deepEqual(
      found.findings.filter(({ level }) => level !== "ok"),
      [],
    );
    return found;
  });
  assert.equal(checkup.level, "ok");
  assert.deepEqual(checkup.services.map(({ service }) => service).toSorted(), [
    "alerting",
    "config",
    "console",
    "inbound-sync",
    "outbound-send",
    "scheduler",
  ]);
  assert.equal(new Set(checkup.services.map(({ deployment }) => deployment)).size, 1);
  for (const { engines } of checkup.services) assert.ok(engines.mongodb && engines.nats);
  assert.ok(checkup.findings.length > 30, String(checkup.findings.length));
});
