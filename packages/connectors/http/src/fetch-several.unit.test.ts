import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { FailureError, failureOf } from "@mailfleet/contracts";
import { apiInboxSession } from "./api-inbox.ts";
import type { Listed } from "./fetch-listed.ts";

const listed = (id: string, more: Partial<Listed> = {}): Listed => ({
  ...{ id, receivedAt: 1_780_000_000_000, draft: false, size: 1000 },
  ...more,
});
const plain = [..."abcd"].map((id) => listed(id));
const textOf = (id: string) => Buffer.from(`Subject: ${id}\r\n\r\n`);
const all = (ids: readonly string[]) => new Map(ids.map((id) => [id, textOf(id)]));

interface Case {
  readonly what: string;
  readonly inbox?: readonly Listed[];
  readonly several?: (ids: readonly string[]) => ReadonlyMap<string, Uint8Array>;
  readonly gone?: string;
  readonly alone?: readonly string[];
  /** What was asked for, each request in brackets. */
  readonly asks: string;
  readonly received?: string;
}

const many = Array.from({ length: 60 }, (_, n) => listed(String.fromCharCode(0x4e00 + n)));
const cases: readonly Case[] = [
  { what: "small messages come by one request", asks: "(abcd)" },
  {
    what: "one that is gone is left out, and asked for alone",
    several: (ids) => all(ids.filter((id) => id !== "b")),
    gone: "b",
    asks: "(abcd)(b)",
    received: "acd",
  },
  {
    what: "the request fails: each is asked for alone, and says why",
    several: () => {
      throw new FailureError(failureOf("CONNECTION_LOST"));
    },
    asks: "(abcd)(a)(b)(c)(d)",
  },
  { what: "an answer for others is none", several: () => all(["x"]), asks: "(abcd)(a)(b)(c)(d)" },
  {
    what: "an empty message is asked for alone",
    several: (ids) => new Map([...all(ids), ["c", new Uint8Array()]]),
    asks: "(abcd)(c)",
  },
  {
    what: "a large one and one of unknown size have requests of their own",
    inbox: [
      ...[listed("a"), listed("b", { size: 100_000 }), listed("c"), listed("d")],
      { id: "e", receivedAt: 1_780_000_000_000, draft: false },
    ],
    asks: "(a)(b)(cd)(e)",
    received: "abcde",
  },
  {
    what: "drafts and older ones are not asked for",
    inbox: [listed("a", { draft: true }), ...plain.slice(1)],
    asks: "(bcd)",
    received: "bcd",
  },
  { what: "what ended the connection before is asked for alone", alone: ["b"], asks: "(a)(b)(cd)" },
  {
    what: "25 at most",
    inbox: many,
    asks: [0, 25, 50]
      .map(
        (at) =>
          `(${many
            .slice(at, at + 25)
            .map(({ id }) => id)
            .join("")})`,
      )
      .join(""),
    received: many.map(({ id }) => id).join(""),
  },
  {
    what: "a megabyte at most",
    inbox: [...Array(20).keys()].map((n) => listed(String.fromCharCode(97 + n), { size: 64 * 1024 })),
    asks: "(abcdefghijklmnop)(qrst)",
    received: "abcdefghijklmnopqrst",
  },
];

describe("several messages by one request", () => {
  for (const { what, inbox = plain, several = all, gone, alone = [], asks, received = "abcd" } of cases)
    test(what, async () => {
      const asked: string[] = [];
      const session = apiInboxSession({
        source: { protocol: "ews", host: "h", port: 1, folder: "inbox", account: "a" } as never,
        atOnce: 3,
        positionOf: () => null,
        cursorOf: (position) => ({ kind: "test", position }) as never,
        findNew: async () => ({ messages: inbox, position: "1", resynchronised: false }),
        count: async () => inbox.length,
        listAll: async () => inbox,
        facts: async () => assert.fail("nobody asks for facts"),
        mime: async (id) => {
          asked.push(`(${id})`);
          if (id === gone) throw new FailureError(failureOf("UNCLASSIFIED", { reply: "gone" }));
          return { pieces: [textOf(id)][Symbol.iterator]() as never, announced: 0 };
        },
        several: async (ids) => {
          asked.push(`(${ids.join("")})`);
          return several(ids);
        },
        failure: (thrown) => thrown as FailureError,
        isGone: ({ failure }) => failure.evidence?.reply === "gone",
      });
      const subjects: string[] = [];
      let missing = 0;
      const options = { processFrom: null, batchSize: 100, signal: AbortSignal.timeout(5000), known: () => false };
      for await (const batch of session.listNew(null, { ...options, alone: new Set(alone) })) {
        missing += batch.gone ?? 0;
        for (const { raw } of batch.messages) subjects.push(/^Subject: (.*)\r$/m.exec(String(raw))?.[1] ?? "");
      }
      assert.equal(subjects.join(""), received);
      assert.equal(asked.join(""), asks);
      assert.equal(missing, gone ? 1 : 0);
    });
});
