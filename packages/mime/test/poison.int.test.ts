import assert from "node:assert/strict";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { describe, test } from "node:test";
import { setTimeout as pause, setImmediate as turn } from "node:timers/promises";
import { stopCoverage } from "node:v8";
import {
  MessageScanner,
  parseBody,
  readHeaders,
  readOriginal,
  readUndeliverable,
  rewriteStream,
  scanned,
  UnsendableMessage,
} from "../src/index.ts";
import { poisonCases } from "./poison.cases.ts";

// Code whose runs are counted is ten times as slow.
stopCoverage();

const longestBlockMs = 50;
const mostGrowth = 64 * 1024 * 1024;

/** Resolves once `delay` has measured again: it sees only what lies between two of its samples. */
async function sampled(delay: ReturnType<typeof monitorEventLoopDelay>): Promise<void> {
  for (const { count } = delay; delay.count === count; ) await pause(1);
}

/**
 * The longest time, in ms, for which `work` keeps the event loop from everybody else: the best of ten, and only the share
 * in which the machine worked for this process, because it does other things, too.
 */
async function blockedBy(work: () => Promise<void>): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let n = 0; n < 10 && best >= longestBlockMs; n++) {
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    await sampled(delay);
    const used = process.threadCpuUsage();
    const since = performance.now();
    await work();
    const { user, system } = process.threadCpuUsage(used);
    const share = Math.min(1, (user + system) / 1000 / (performance.now() - since));
    await sampled(delay);
    delay.disable();
    best = Math.min(best, (delay.max / 1e6) * share);
  }
  return best;
}

async function* paced(pieces: Iterable<Buffer>): AsyncGenerator<Buffer> {
  for (const piece of pieces) {
    // As from a socket or a database: each piece comes in a turn of its own.
    await turn();
    yield piece;
  }
}

describe("poison", () => {
  for (const { what, pieces } of poisonCases) {
    test(`${what}: reading it blocks nobody`, async () => {
      const beginning = pieces().next().value as Buffer;
      const blocked = await blockedBy(async () => {
        readUndeliverable(beginning, { ...readHeaders(beginning), failedRecipients: "a@x.test" });
        await turn();
        readOriginal(beginning);
      });
      assert.ok(blocked < longestBlockMs, `blocked for ${blocked.toFixed(0)} ms`);
    });

    test(`${what}: sending it blocks nobody and costs little memory`, async () => {
      const before = process.memoryUsage().rss;
      let most = before;
      const blocked = await blockedBy(async () => {
        const scanner = new MessageScanner();
        try {
          for await (const _ of scanned(paced(pieces()), scanner)) most = Math.max(most, process.memoryUsage().rss);
          const facts = scanner.end();
          if (!facts.mustChange({ sevenBit: true })) return;
          for await (const _ of rewriteStream(paced(pieces()), facts, { sevenBit: true }))
            most = Math.max(most, process.memoryUsage().rss);
        } catch (error) {
          assert.ok(error instanceof UnsendableMessage);
        }
      });
      assert.ok(blocked < longestBlockMs, `blocked for ${blocked.toFixed(0)} ms`);
      assert.ok(most - before < mostGrowth, `grew by ${((most - before) / 1e6).toFixed(0)} MB`);
    });
  }

  for (const { what, pieces } of poisonCases.slice(0, 10))
    test(`${what}: showing it ends, with or without a text`, async () => {
      const raw = Buffer.concat([...pieces()]);
      const blocked = await blockedBy(async () => {
        const { unparsed, text } = await parseBody(raw, { timeoutMs: 2000 });
        assert.ok(unparsed === null || text === null);
      });
      assert.ok(blocked < longestBlockMs, `blocked for ${blocked.toFixed(0)} ms`);
    });
});
