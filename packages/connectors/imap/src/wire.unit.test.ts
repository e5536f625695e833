import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { leastCpuMs } from "@mailfleet/local/testing";
import { readFetchResponse } from "./fetch-response.ts";
import { createResponseReader, type RawResponse } from "./response-reader.ts";
import { portionAt, portionSize, uidSet } from "./uid-set.ts";

/** What a reader makes of these bytes, cut in pieces of `size`. */
function readIn(size: number, bytes: Buffer): RawResponse[] {
  const responses: RawResponse[] = [];
  const read = createResponseReader((response) => responses.push(response));
  for (let at = 0; at < bytes.length; at += size) read(Buffer.from(bytes.subarray(at, at + size)));
  return responses;
}

/** FETCH responses as servers send them, with the body `a)\r\nb {3}` that looks like protocol. */
const body = "a)\r\n* 9 FETCH (UID 9)\r\nb {3}";
const samples: readonly [string, string, { uid: number; date: string | null; body: string | null }][] = [
  [
    "Dovecot",
    `* 1 FETCH (UID 5 INTERNALDATE "23-Nov-2026 10:00:00 +0100" BODY[] {${body.length}}\r\n${body})\r\n`,
    { uid: 5, date: "2026-11-23T09:00:00.000Z", body },
  ],
  [
    "Exchange: the body first, a day of one digit",
    `* 1 FETCH (BODY[] {${body.length}}\r\n${body} FLAGS (\\Seen) UID 5 INTERNALDATE " 3-Nov-2026 10:00:00 +0000")\r\n`,
    { uid: 5, date: "2026-11-03T10:00:00.000Z", body },
  ],
  [
    "Gmail",
    `* 1 FETCH (X-GM-MSGID 1278455344230334865 UID 5 RFC822.SIZE 4 INTERNALDATE "23-Nov-2026 10:00:00 +0000" BODY[] {${body.length}}\r\n${body})\r\n`,
    { uid: 5, date: "2026-11-23T10:00:00.000Z", body },
  ],
  ["Yahoo: quoted", '* 1 FETCH (UID 5 BODY[] "a \\"UID 7\\" b")\r\n', { uid: 5, date: null, body: 'a "UID 7" b' }],
  ["a piece", `* 1 FETCH (UID 5 BODY[]<0> {${body.length}}\r\n${body})\r\n`, { uid: 5, date: null, body }],
  ["NIL", "* 1 FETCH (UID 5 BODY[] NIL)\r\n", { uid: 5, date: null, body: null }],
  ["empty", "* 1 FETCH (UID 5 BODY[] {0}\r\n)\r\n", { uid: 5, date: null, body: "" }],
  [
    "another literal before",
    "* 1 FETCH (ENVELOPE ({2}\r\nUI) UID 5 BODY[] {1}\r\nx)\r\n",
    { uid: 5, date: null, body: "x" },
  ],
];

describe("reading FETCH responses", () => {
  for (const [what, text, expected] of samples)
    for (const size of [1, 2, 7, 100_000])
      test(`${what}, in pieces of ${size}`, () => {
        const [first, next] = readIn(size, Buffer.from(`${text}M1 OK done\r\n`));
        assert.ok(first);
        const fetched = readFetchResponse(first);
        assert.equal(fetched?.uid, expected.uid);
        assert.equal(fetched?.body?.toString() ?? null, expected.body);
        assert.equal(fetched?.internalDate ?? null, expected.date && Date.parse(expected.date));
        assert.deepEqual(next?.text, ["M1 OK done"]);
      });

  test("other responses are none", () => {
    for (const line of ["* 5 EXISTS", "* SEARCH 1 2", "M1 OK FETCH (UID 5)", "* OK FETCH ("])
      assert.equal(readFetchResponse({ text: [line], literals: [], cut: false }), null);
  });

  test("a server that announces too much is refused before anything is kept", () => {
    assert.throws(
      () => readIn(100, Buffer.from("* 1 FETCH (BODY[] {9999999999}\r\n")),
      /a literal of 9999999999 bytes/,
    );
  });

  test("hostile lines do not hold anybody up", () => {
    for (const text of [`* 1 FETCH (BODY[] "${"\\".repeat(500_000)}`, `* 1 FETCH (${"( UID".repeat(200_000)}`]) {
      const took = leastCpuMs(() => readFetchResponse({ text: [text], literals: [], cut: false }));
      assert.ok(took < 250, `${text.slice(0, 20)} took ${took} ms of CPU`);
    }
  });
});

describe("sets and portions of UIDs", () => {
  test("neighbours are joined", () => {
    assert.equal(uidSet([1, 2, 3, 5, 7, 8]), "1:3,5,7:8");
    assert.equal(uidSet([4]), "4");
  });

  test("a large message stands alone, the order is kept", () => {
    const uids = [1, 2, 3, 4, 5];
    const portions = [];
    for (let at = 0; ; ) {
      const portion = portionAt(uids, at, { large: new Set([3]), alone: new Set() }, 2);
      if (!portion) break;
      portions.push(portion.uids);
      at += portion.uids.length;
    }
    assert.deepEqual(portions, [[1, 2], [3], [4, 5]]);
  });

  test("portions shrink when messages are big", () => {
    assert.equal(portionSize(200, { messages: 0, bytes: 0 }), 50);
    assert.equal(portionSize(200, { messages: 10, bytes: 40_000 }), 200);
    assert.equal(portionSize(200, { messages: 10, bytes: 2_560_000 }), 16);
  });
});
