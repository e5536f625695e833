import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { NotChanged } from "@mailfleet/connector-api";
import { FailureError, failureOf } from "@mailfleet/contracts";
import { moveReports } from "./move-reports.ts";

type Given = Parameters<typeof moveReports>;

/** A mailbox with reports to be moved, and a server that refuses those whose name begins with `bad`. */
function given(names: readonly string[], wrong: { folder?: null; all?: boolean; notMoved?: boolean } = {}) {
  const source = { toMove: names, notMoved: wrong.notMoved ?? false };
  const said: string[] = [];
  const asked: number[] = [];
  const reads: number[] = [];
  const silent = () => {};
  const ports = {
    sources: {
      get: async () => {
        reads.push(source.toMove.length);
        return { ...source };
      },
      moved: async (_lease: unknown, so: typeof source) => void Object.assign(source, so),
    },
    bus: { publish: async ({ type }: { type: string }) => void said.push(type) },
    logger: { info: silent, warn: silent, error: silent, debug: silent },
    now: () => 1,
  } as unknown as Given[0];
  const moveTo = async (
    ...[, , wanted, signal]: [unknown, string, readonly string[], AbortSignal]
  ): Promise<NotChanged[]> => {
    asked.push(wanted.length);
    signal.throwIfAborted();
    if (wrong.all) throw new FailureError(failureOf("MAILBOX_OUT_OF_SCOPE"));
    return wanted
      .filter((name) => name.startsWith("bad"))
      .map((name) => ({ name, failure: failureOf("UNCLASSIFIED") }));
  };
  const connection = { mailboxId: "mb_x", undeliverableFolder: wrong.folder === null ? null : "Undeliverable" };
  const run = { connection, held: { document: source }, signal: new AbortController().signal } as unknown as Given[1];
  const poll = () => moveReports(ports, run, { connector: { moveTo }, options: {} } as unknown as Given[2]);
  return { source, said, asked, reads, poll };
}

const many = (count: number) => Array.from({ length: count }, (_, n) => `report${n}`);

describe("reports that are to be moved", () => {
  test("go a portion with each poll, and what is left is kept", async () => {
    const { source, asked, poll } = given(many(120));
    await poll();
    assert.equal(source.toMove.length, 70);
    await poll();
    await poll();
    await poll();
    assert.deepEqual(asked, [50, 50, 20]);
    assert.deepEqual(source, { toMove: [], notMoved: false });
  });

  test("one that is refused for itself waits behind all others, and is told until it is gone", async () => {
    const { source, said, poll } = given(["bad1", ...many(60)]);
    await poll();
    assert.deepEqual([source.toMove.length, source.toMove.at(-1), source.notMoved], [12, "bad1", true]);
    await poll();
    await poll();
    assert.deepEqual([source.toMove, said], [["bad1"], ["alert.raised.v1"]]);
    source.toMove = ["good1"];
    await poll();
    assert.deepEqual([source, said], [{ toMove: [], notMoved: false }, ["alert.raised.v1", "alert.cleared.v1"]]);
  });

  test("none that cannot be moved is lost, and that is told once", async () => {
    const { source, said, poll } = given(many(60), { all: true });
    await poll();
    await poll();
    assert.deepEqual([[...source.toMove].sort(), said], [many(60).sort(), ["alert.raised.v1"]]);
  });

  test("a server that takes too long fails no run: it is told, and they are kept", async (t) => {
    t.mock.method(AbortSignal, "timeout", () => AbortSignal.abort(new DOMException("late", "TimeoutError")));
    const { source, said, poll } = given(["report0"]);
    await poll();
    assert.deepEqual([source, said], [{ toMove: ["report0"], notMoved: true }, ["alert.raised.v1"]]);
  });

  for (const [what, names, folder] of [
    ["another source has come", [], undefined],
    ["the profile names no folder any more", many(3), null],
  ] as const)
    test(`the alert ends when ${what}`, async () => {
      const { source, said, asked, reads, poll } = given(names, { notMoved: true, ...(folder === null && { folder }) });
      await poll();
      await poll();
      assert.deepEqual([source, said, asked], [{ toMove: [], notMoved: false }, ["alert.cleared.v1"], []]);
      assert.equal(reads.length, folder === null ? 0 : 2, "a mailbox without such a folder costs no read");
    });
});
