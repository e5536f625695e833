import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ThroughputCounter } from "./counter.ts";
import type { CountedSlot } from "./store.ts";

const hour = Date.UTC(2026, 10, 30, 12);

describe("what a worker counts", () => {
  it("is saved by minute and by hour as totals, and only where something happened since", async () => {
    let now = hour + 59_000;
    const saved: CountedSlot[][] = [];
    const counter = new ThroughputCounter({ save: async (slots) => void saved.push([...slots]) }, () => now);
    counter.count({ messages: 2, delayMs: 300 });
    counter.count({ failed: 1 });
    await counter.save();
    await counter.save();
    now += 2000;
    counter.count({ messages: 1, delayMs: 10 });
    await counter.save();
    const first = { messages: 2, failed: 1, delayMs: 300 };
    assert.deepEqual(saved, [
      [
        { by: "minute", at: hour, ...first },
        { by: "hour", at: hour, ...first },
      ],
      [],
      [
        { by: "hour", at: hour, messages: 3, failed: 1, delayMs: 310 },
        { by: "minute", at: hour + 60_000, messages: 1, failed: 0, delayMs: 10 },
      ],
    ]);
  });

  it("is saved by the next call when the database was away, with what was counted meanwhile", async () => {
    let away = true;
    const saved: CountedSlot[] = [];
    const counter = new ThroughputCounter(
      {
        save: async (slots) => {
          if (away) throw new Error("away");
          saved.push(...slots);
        },
      },
      () => hour,
    );
    counter.count({ messages: 1 });
    await assert.rejects(counter.save(), /away/);
    counter.count({ messages: 1 });
    away = false;
    await counter.save();
    assert.deepEqual(
      saved.map(({ by, messages }) => [by, messages]),
      [
        ["minute", 2],
        ["hour", 2],
      ],
    );
  });

  it("is not lost when it is counted while a save is under way", async () => {
    const saved: number[][] = [];
    const counter = new ThroughputCounter(
      {
        save: async (slots) => {
          if (saved.length === 0) counter.count({ messages: 5 });
          saved.push(slots.map(({ messages }) => messages));
        },
      },
      () => hour,
    );
    counter.count({ messages: 1 });
    await counter.save();
    await counter.save();
    assert.deepEqual(saved, [
      [1, 1],
      [6, 6],
    ]);
  });
});
