import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { boundaryOf, readBatchAnswer } from "./batch-answer.ts";
import { rawPieces } from "./raw-pieces.ts";
import { readMessage } from "./read-message.ts";

async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.byteLength; at += size) yield bytes.subarray(at, at + size);
}

async function all<T>(values: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const value of values) found.push(value);
  return found;
}

test("a raw message is decoded as it comes, however the answer is cut and padded", async () => {
  for (const length of [0, 1, 2, 3, 1000, 1001]) {
    const raw = randomBytes(length);
    const snippet = 'say \\"raw\\":\\"no\\" \\\\';
    for (const encoded of [raw.toString("base64url"), raw.toString("base64url").padEnd(Math.ceil(length / 3) * 4, "=")])
      for (const written of [encoded, encoded.replaceAll("=", "\\u003d")])
        for (const size of [1, 7, 10_000]) {
          const answer = Buffer.from(`{"snippet":"${snippet}", "raw" : "${written}","internalDate":"1"}`);
          assert.deepEqual(Buffer.concat(await all(rawPieces(inPieces(answer, size)))), raw);
        }
  }
});

test("an answer that is cut off, has no message or another alphabet is an error, never half a message", async () => {
  for (const answer of ['{"raw":"AAAA', '{"id":"1"}', '{"raw":"AA*A"}', '{"raw":"AA\\nAA"}', "x".repeat(100_000), ""])
    await assert.rejects(all(rawPieces(inPieces(Buffer.from(answer), 11))), /PROTOCOL_ERROR/);
  for (const answer of [
    '{"raw":"AA',
    "[]",
    "{}",
    '{"raw":"AAAA"}',
    '{"internalDate":"1"}',
    '{"raw":"A*AA","internalDate":"1"}',
  ])
    assert.throws(() => readMessage("a1", Buffer.from(answer)), /PROTOCOL_ERROR/);
});

const part = (id: string, body: string) =>
  `--b\r\nContent-Type: application/http\r\nContent-ID: <response-${id}>\r\n\r\nHTTP/1.1 200 OK\r\nRetry-After: 3\r\n\r\n${body}\r\n`;

test("the parts of a batch are read however the answer is cut; long ones are not held", async () => {
  const long = "y".repeat(5000);
  const answer = Buffer.from(`${part("a", "one")}${part("b", long)}${part("c", "x--b")}--b--\r\n`);
  for (const size of [1, 3, 100, 100_000]) {
    const parts = await all(readBatchAnswer(inPieces(answer, size), "b", 1000));
    assert.deepEqual(
      parts.map(({ contentId, status, cut, retryAfter }) => [contentId, status, cut, retryAfter]),
      [
        ["a", 200, false, "3"],
        ["b", 200, true, "3"],
        ["c", 200, false, "3"],
      ],
    );
    assert.deepEqual([parts[0]?.body.toString(), parts[2]?.body.toString()], ["one", "x--b"]);
    assert.ok((parts[1]?.body.byteLength ?? 0) < 1000);
  }
  const cutOff = await all(readBatchAnswer(inPieces(answer.subarray(0, 300), 50), "b", 1000));
  assert.deepEqual(
    cutOff.map(({ contentId }) => contentId),
    ["a"],
  );
});

test("a boundary is read with and without quotes", () => {
  assert.equal(boundaryOf('multipart/mixed; charset=x; boundary="a b"'), "a b");
  assert.equal(boundaryOf("multipart/mixed; boundary=batch_x-1; charset=UTF-8"), "batch_x-1");
  assert.equal(boundaryOf("text/html; boundary=x"), null);
  assert.equal(boundaryOf(null), null);
});
