import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { createReplyReader, EndlessLine } from "./reply-reader.ts";

/** What a reader makes of these bytes, cut in pieces of the given lengths, over and over: lines and answers in order. */
function readIn(sizes: readonly number[], bytes: Buffer): { heard: (string | Buffer)[]; empty: boolean } {
  const heard: (string | Buffer)[] = [];
  let pieces: Buffer[] = [];
  const reader = createReplyReader({
    line: (text) => {
      heard.push(text);
      return text.startsWith("+OK") && text.includes("follows");
    },
    piece: (piece) => {
      pieces.push(Buffer.from(piece));
    },
    end: () => {
      heard.push(Buffer.concat(pieces));
      pieces = [];
    },
  });
  for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    reader.read(Buffer.from(bytes.subarray(at, at + size)));
    at += size;
  }
  return { heard, empty: reader.isEmpty() };
}

/** As a server sends it: a dot before each dot that begins a line (RFC 1939 §3), CRLF at the end. */
function stuffed(message: Buffer): Buffer {
  const text = message.toString("latin1");
  return Buffer.from(`${text.replace(/(^|\r\n)\./g, "$1..")}.\r\n`, "latin1");
}

const difficult = fc.array(
  fc.constantFrom("\r", "\n", ".", "\r\n", "..", "\r\n.", "\r\n.\r\n", "a", "\0", "+OK x", "é"),
  {
    maxLength: 30,
  },
);
const messages = fc
  .oneof(
    difficult.map((parts) => Buffer.from(parts.join(""), "latin1")),
    fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  )
  .map((bytes) => Buffer.concat([bytes, Buffer.from("\r\n")]));
const cuts = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 8 });

describe("reading replies", () => {
  test("any message comes out as it went in, however it is cut", () => {
    fc.assert(
      fc.property(fc.array(messages, { maxLength: 4 }), cuts, (sent, sizes) => {
        const wire = sent.flatMap((message) => [Buffer.from("+OK message follows\r\n"), stuffed(message)]);
        const { heard, empty } = readIn(sizes, Buffer.concat([...wire, Buffer.from("-ERR done\r\n")]));
        assert.deepEqual(heard, [...sent.flatMap((message) => ["+OK message follows", message]), "-ERR done"]);
        assert.ok(empty);
      }),
      { numRuns: 2000 },
    );
  });

  for (const size of [1, 2, 3, 4, 5, 6, 7, 1000])
    test(`the end of a message in pieces of ${size}`, () => {
      const { heard } = readIn([size], Buffer.from("+OK follows\r\nSubject: x\r\n\r\n..a\r\n.\r\n+OK\r\n"));
      assert.deepEqual(heard, ["+OK follows", Buffer.from("Subject: x\r\n\r\n.a\r\n"), "+OK"]);
    });

  test("an empty answer", () => {
    assert.deepEqual(readIn([9], Buffer.from("+OK follows\r\n.\r\n+OK\r\n")).heard, [
      "+OK follows",
      Buffer.alloc(0),
      "+OK",
    ]);
  });

  test("a bare LF does not end a line: a message cannot smuggle replies in", () => {
    const body = "a\n.\n+OK x\n.\r\n-ERR y\r\n";
    assert.deepEqual(readIn([4], Buffer.from(`+OK follows\r\n${body}.\r\n`)).heard, ["+OK follows", Buffer.from(body)]);
  });

  for (const size of [1, 2, 5, 100])
    test(`a dot that nobody stuffed goes, what is behind it stays, in pieces of ${size}`, () => {
      const { heard } = readIn([size], Buffer.from("+OK follows\r\na\r\n.\rb\r\n.c\r\n.\r\r\n.\r\n"));
      assert.deepEqual(heard, ["+OK follows", Buffer.from("a\r\n\rb\r\nc\r\n\r\r\n")]);
    });

  test("status lines may end with a bare LF", () => {
    assert.deepEqual(readIn([3], Buffer.from("+OK\n-ERR b\r\n")).heard, ["+OK", "-ERR b"]);
  });

  test("what is half read is noticed", () => {
    assert.equal(readIn([100], Buffer.from("+OK\r\n+O")).empty, false);
    assert.equal(readIn([100], Buffer.from("+OK follows\r\nabc")).empty, false);
  });

  test("a line without an end is refused", () => {
    assert.throws(() => readIn([1000], Buffer.alloc(20_000, "x")), EndlessLine);
  });

  test("a message line of 50 MB is no trouble", () => {
    let bytes = 0;
    let ended = false;
    const reader = createReplyReader({
      line: () => true,
      piece: (piece) => {
        bytes += piece.length;
      },
      end: () => {
        ended = true;
      },
    });
    const chunk = Buffer.alloc(65_536, "x");
    reader.read(Buffer.from("+OK\r\n"));
    for (let at = 0; at < 800; at += 1) reader.read(chunk);
    reader.read(Buffer.from("\r\n.\r\n"));
    assert.deepEqual([bytes, ended], [800 * 65_536 + 2, true]);
  });
});
