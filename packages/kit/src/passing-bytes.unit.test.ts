import assert from "node:assert/strict";
import { it } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { bytesPassed, countBytes } from "./passing-bytes.ts";

const MB = 1024 * 1024;
const pieceBytes = 256 * 1024;

/** Lets 200 MB pass in pieces; the most that lay outside the heap meanwhile, beyond what lay there before. */
async function most(passed: (bytes: number) => void): Promise<number> {
  const before = process.memoryUsage().arrayBuffers;
  let seen = 0;
  for (let bytes = 0; bytes < 200 * MB; bytes += pieceBytes) {
    passed(Buffer.allocUnsafeSlow(pieceBytes).length);
    await turn();
    seen = Math.max(seen, process.memoryUsage().arrayBuffers - before);
  }
  return seen;
}

it("keeps dead pieces from piling up while 200 MB pass", async () => {
  const counted = await most(bytesPassed);
  assert.ok(counted < 16 * MB, `${counted}`);
  const uncounted = await most(() => {});
  assert.ok(uncounted > 2 * counted, `${uncounted} without, ${counted} with`);
});

it("collects once in 4 MB", () => {
  let rounds = 0;
  const passed = countBytes(() => {
    rounds += 1;
  });
  for (let n = 0; n < 40; n++) passed(MB);
  assert.equal(rounds, 10);
});
