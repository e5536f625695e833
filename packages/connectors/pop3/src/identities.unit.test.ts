import assert from "node:assert/strict";
import { hash } from "node:crypto";
import { describe, test } from "node:test";
import { FailureError } from "@mailfleet/contracts";
import { holdsHeader, nativeIdOf, readHeaderFacts, receivedAt } from "./header-facts.ts";
import { nameMessages, withoutOwnUidl } from "./identities.ts";
import { readListing } from "./listing.ts";
import { LARGE_MESSAGE, portionsOf } from "./portions.ts";

const listing = (list: string, uidl: string | null, counted = true) =>
  readListing(Buffer.from(list), uidl === null ? null : Buffer.from(uidl), counted);
const facts = (text: string) => readHeaderFacts(Buffer.from(text.replace(/\n/g, "\r\n"), "latin1"));

describe("listings", () => {
  test("LIST and UIDL are joined by number; what only one of them names is a message too", () => {
    assert.deepEqual(listing("1 100\r\n3 0\r\n", "1 a\r\n2 b c\r\n4\r\n"), [
      { number: 1, size: 100, uidl: "a" },
      { number: 2, size: null, uidl: `u-${hash("sha256", "b c").slice(0, 40)}` },
      { number: 3, size: null, uidl: null },
      { number: 4, size: null, uidl: null },
    ]);
  });
  test("a line that is none is passed over where STAT tells of gaps, else an error", () => {
    const protocol = (error: unknown) => error instanceof FailureError && error.failure.code === "PROTOCOL_ERROR";
    assert.throws(() => listing("1 100\r\nx\r\n", null, false), protocol);
    assert.throws(() => listing("1 100\r\n", "one a\r\n", false), protocol);
    assert.equal(listing("total 2\r\n1 100\r\n2 -5\r\n3\r\n", "one a\r\n").length, 3);
  });
  test("long names are shortened", () => {
    const [entry] = listing("1 5\r\n", `1 ${"x".repeat(5000)}\r\n`);
    assert.match(entry?.uidl ?? "", /^u-[0-9a-f]{40}$/);
  });
});

describe("identities", () => {
  const entries = listing("1 5\r\n2 5\r\n3 5\r\n4 5\r\n5 5\r\n6 5\r\n", "1 a\r\n2 b\r\n3 b\r\n4 b\r\n5\r\n6\r\n");
  test("only those without a UIDL of their own need a look", () => {
    assert.deepEqual(
      withoutOwnUidl(entries).map(({ number }) => number),
      [2, 3, 4, 5, 6],
    );
  });
  test("are distinct; what vanished is left out", () => {
    const digests = new Map([
      [2, "d1"],
      [3, "d2"],
      [4, "d1"],
      [5, "d3"],
    ]);
    assert.deepEqual(
      nameMessages(entries, digests).map(({ identity }) => identity),
      ["a", "b-d1", "b-d2", "b-d1-2", "h-d3"],
    );
  });
});

describe("headers", () => {
  const received = "Received: from x by y;\n\tThu, 13 Nov 2025 10:00:00 +0100 (CET)\n";
  const date = "Date: Wed, 12 Nov 2025 10:00:00 +0000\n";
  const at = Date.parse("2025-11-13T09:00:00Z");

  test("the topmost Received counts, then Date", () => {
    const older = "Received: by z; Mon, 10 Nov 2025 10:00:00 +0000\n";
    assert.equal(facts(`Return-Path: <>\n${received}${older}${date}\nx\n`).dated, at);
    assert.equal(
      facts(`${date}\nReceived: by z; Mon, 10 Nov 2025 10:00:00 +0000\n`).dated,
      Date.parse("2025-11-12T10:00:00Z"),
    );
    assert.equal(facts(`RECEIVED: by z; nonsense\n${date}\n`).dated, Date.parse("2025-11-12T10:00:00Z"));
    assert.equal(facts("Subject: x\n\n").dated, null);
    assert.equal(facts("").dated, null);
  });
  test("without a date, or with one ahead, a message came now", () => {
    assert.equal(receivedAt({ digest: "", dated: at }, at + 1), at);
    assert.equal(receivedAt({ digest: "", dated: at }, at - 3_600_000), at - 3_600_000);
    assert.equal(receivedAt({ digest: "", dated: null }, 5), 5);
  });
  test("the digest is that of the header, without what servers put in", () => {
    const { digest } = facts(`${received}Subject: x\n\nbody\n`);
    assert.equal(facts(`${received}Status: RO\nSubject: x\nX-UIDL: 5\n\n`).digest, digest);
    assert.equal(facts(`${received}Subject: x\n`).digest, digest);
    assert.notEqual(facts(`${received}Subject: y\n\nbody\n`).digest, digest);
  });
  test("bare LF and huge blocks are read", () => {
    assert.equal(readHeaderFacts(Buffer.from(`${received}\n${date}`)).dated, at);
    assert.equal(facts(`${received}X: ${"x".repeat(400_000)}`).dated, at);
    assert.ok(holdsHeader(Buffer.alloc(300_000, "x")));
    assert.ok(!holdsHeader(Buffer.from("Subject: x\r\n")));
  });
  test("native ids are stable and sort by time", () => {
    const id = (dated: number | null) => nativeIdOf("uid", { digest: "", dated });
    assert.match(id(at), /^[0-9a-z]{9}-[0-9a-f]{24}$/);
    assert.ok(id(at) < id(at + 1) && id(0) < id(at) && id(null) < id(at));
    assert.equal(id(at), id(at));
  });
});

describe("portions", () => {
  const named = (sizes: readonly (number | null)[]) =>
    sizes.map((size, at) => ({ number: at + 1, size, uidl: `${at}`, identity: `${at}`, doubled: false }));
  const cut = (sizes: readonly (number | null)[], maximum = 50) =>
    [...portionsOf(named(sizes), maximum)].map(({ entries, large }) => [entries.length, large]);
  test("end by number and by bytes; large and unknown ones stand alone", () => {
    assert.deepEqual(cut([1, 1, 1, 1, 1], 2), [
      [2, false],
      [2, false],
      [1, false],
    ]);
    assert.deepEqual(cut([1, LARGE_MESSAGE + 1, null, 1]), [
      [1, false],
      [1, true],
      [1, true],
      [1, false],
    ]);
    assert.deepEqual(cut(Array(40).fill(LARGE_MESSAGE)), [
      [16, false],
      [16, false],
      [8, false],
    ]);
    assert.deepEqual(cut([]), []);
  });
});
