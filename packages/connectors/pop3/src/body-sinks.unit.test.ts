import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { collect, collectHead, stream } from "./body-sinks.ts";

const MIB = Buffer.alloc(1024 * 1024, "x");

describe("answers", () => {
  test("are held whole, or in their beginning", () => {
    let held = 0;
    const whole = collect((bytes) => {
      held += bytes;
    });
    const head = collectHead(3);
    for (const sink of [whole, head]) for (const piece of ["ab", "cd", "ef"]) sink.piece(Buffer.from(piece));
    assert.deepEqual([whole.bytes().toString(), head.bytes().toString(), held], ["abcdef", "abc", 6]);
    assert.equal(collect().bytes().length, 0);
  });

  test("that are streamed make the server wait, and let it go on", async () => {
    const paused: boolean[] = [];
    const answer = stream((state) => paused.push(state));
    answer.piece(MIB);
    assert.deepEqual(paused, []);
    answer.piece(Buffer.from("y"));
    assert.deepEqual(paused, [true]);
    const pieces = answer.pieces();
    assert.equal((await pieces.next()).value, MIB);
    assert.deepEqual(paused, [true, false]);
  });

  test("that end while the server waits leave it free for what is behind", async () => {
    const paused: boolean[] = [];
    const answer = stream((state) => paused.push(state));
    for (let at = 0; at < 3; at += 1) answer.piece(MIB);
    answer.end();
    assert.equal(paused.at(-1), false);
    const calls = paused.length;
    let bytes = 0;
    for await (const piece of answer.pieces()) bytes += piece.length;
    assert.deepEqual([bytes, paused.length], [3 * MIB.length, calls]);
  });

  test("show their beginning before they are read, and keep it", async () => {
    const answer = stream(() => {});
    const head = answer.head((bytes) => bytes.includes("\r\n\r\n"));
    answer.piece(Buffer.from("Subject: x\r\n"));
    answer.piece(Buffer.from("\r\nbody"));
    assert.equal((await head).toString(), "Subject: x\r\n\r\nbody");
    answer.end();
    const pieces: Buffer[] = [];
    for await (const piece of answer.pieces()) pieces.push(piece);
    assert.equal(Buffer.concat(pieces).toString(), "Subject: x\r\n\r\nbody");
  });

  test("that break are errors for their reader; whoever stops early lets go of the rest", async () => {
    const broken = stream(() => {});
    broken.piece(Buffer.from("half"));
    broken.fail(new Error("gone"));
    await assert.rejects(async () => {
      for await (const _ of broken.pieces());
    }, /gone/);
    const paused: boolean[] = [];
    const left = stream((state) => paused.push(state));
    for (let at = 0; at < 3; at += 1) left.piece(MIB);
    for await (const _ of left.pieces()) break;
    assert.equal(paused.at(-1), false);
    left.piece(MIB);
    left.piece(MIB);
    assert.equal(paused.at(-1), false);
  });
});
