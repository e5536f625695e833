import assert from "node:assert/strict";
import { test } from "node:test";
import { type Permit, Registry } from "@mailfleet/kit";
import { countedByHost } from "./host-permits.ts";
import { createRunMetrics } from "./metrics.ts";

test("permits are counted by host until they are given back or lost, each once", async () => {
  const registry = new Registry();
  const held = async () => (await registry.metrics()).match(/^mailfleet_permit_held\{.*$/gm) ?? [];
  const losses: AbortController[] = [];
  let full = false;
  const permits = countedByHost(
    {
      async take() {
        if (full) return null;
        const lost = new AbortController();
        losses.push(lost);
        return { signal: lost.signal, wanted: false, awaited: false, give: async () => {} };
      },
    },
    createRunMetrics(registry),
  );
  const keysOf = (host: string) => [
    { key: "holder:mb_1", most: 5 },
    { key: `host:${host}`, most: 300 },
  ];
  const taken: (Permit | null)[] = [];
  for (const host of ["a.example:993", "a.example:993", "b.example:465"]) taken.push(await permits.take(keysOf(host)));
  await permits.take([{ key: "holder:mb_1", most: 5 }]);
  full = true;
  assert.equal(await permits.take(keysOf("a.example:993")), null);
  assert.deepEqual(await held(), [
    'mailfleet_permit_held{host="a.example:993"} 2',
    'mailfleet_permit_held{host="b.example:465"} 1',
  ]);
  losses[0]?.abort();
  await taken[0]?.give();
  await taken[2]?.give();
  assert.deepEqual(await held(), ['mailfleet_permit_held{host="a.example:993"} 1']);
});
