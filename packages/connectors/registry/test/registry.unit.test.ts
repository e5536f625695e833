import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { connectorDescriptors } from "@mailfleet/contracts";
import type { GuardedFetch } from "@mailfleet/http";
import { createConnectors } from "../src/registry.ts";

const { inbound, outbound } = createConnectors({ fetch: (() => {}) as unknown as GuardedFetch });

describe("the registry of connectors", () => {
  for (const { protocol, directions, remembers } of Object.values(connectorDescriptors))
    test(`speaks ${protocol} in the directions that its descriptor names, and in no other`, async () => {
      assert.equal((await inbound.load(protocol)) !== null, directions.includes("inbound"));
      assert.equal((await outbound.load(protocol)) !== null, directions.includes("outbound"));
      assert.equal(remembers !== null, directions.includes("inbound"));
    });

  test("has nothing for a protocol that nobody speaks, also one that objects have by nature", async () => {
    assert.equal(await inbound.load("x400"), null);
    assert.equal(await inbound.load("constructor"), null);
  });

  test("loads a connector once", async () => {
    assert.equal(await outbound.load("smtp"), await outbound.load("smtp"));
  });
});
