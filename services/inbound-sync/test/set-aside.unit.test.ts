import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { failureOf } from "@mailfleet/contracts";
import { afterTry, dueAgain, type SetAside } from "../source/set-aside.ts";

const refused = (name: string, reply = "NO") => ({ name, failure: failureOf("PROTOCOL_ERROR", { reply }) });
const none: ReadonlySet<string> = new Set();

describe("a message that is set aside", () => {
  test("is tried again later each time, a day at the longest, and keeps the last words", () => {
    let aside: readonly SetAside[] = [];
    let at = 0;
    const pauses: number[] = [];
    for (let n = 0; n < 14; n += 1) {
      aside = afterTry(aside, { refused: [refused("a", `NO ${n}`)], settled: none, at });
      const [one] = aside;
      assert.equal(aside.length, 1);
      pauses.push(((one?.nextAt ?? 0) - at) / 60_000);
      assert.deepEqual(dueAgain(aside, (one?.nextAt ?? 0) - 1), []);
      at = one?.nextAt ?? 0;
      assert.deepEqual(dueAgain(aside, at), ["a"]);
    }
    assert.deepEqual(pauses.slice(0, 4), [1, 2, 4, 8]);
    assert.equal(pauses.at(-1), 1440);
    assert.deepEqual([aside[0]?.words, aside[0]?.since, aside[0]?.tries], ["NO 13", 0, 14]);
  });

  test("is off the list once it was given; others stay", () => {
    const aside = afterTry([], { refused: [refused("a"), refused("b")], settled: none, at: 0 });
    const after = afterTry(aside, { refused: [], settled: new Set(["a"]), at: 1 });
    assert.deepEqual(
      after.map(({ name }) => name),
      ["b"],
    );
  });

  test("is no message of its own where there are hundreds: the mailbox fails with the server's words", () => {
    const many = Array.from({ length: 201 }, (_, n) => refused(`m${n}`, "NO backend down"));
    assert.throws(() => afterTry([], { refused: many, settled: none, at: 0 }), /backend down/);
  });
});
