import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { ProblemError } from "@mailfleet/contracts";
import { csvLimits, readLines } from "./read-lines.ts";

/** A file as a program writes it, and its lines or the words of why it is refused. */
interface FileCase {
  readonly what: string;
  readonly bytes: Buffer;
  readonly lines?: readonly string[];
  readonly wrong?: RegExp;
}

const bigEndian = (text: string) => Buffer.from(text, "utf16le").swap16();

const fileCases: readonly FileCase[] = [
  { what: "LF", bytes: Buffer.from("a\nb\n"), lines: ["a", "b"] },
  { what: "CRLF and no end of the last line", bytes: Buffer.from("a\r\nb"), lines: ["a", "b"] },
  { what: "CR, as old Excel for Mac wrote", bytes: Buffer.from("a\rb\r"), lines: ["a", "b"] },
  { what: "empty lines, which keep their numbers", bytes: Buffer.from("a\n\nb"), lines: ["a", "", "b"] },
  { what: "a byte order mark", bytes: Buffer.from("\uFEFFaddress\nü"), lines: ["address", "ü"] },
  { what: "UTF-16 with its mark", bytes: Buffer.from("\uFEFFa\tü\r\n", "utf16le"), lines: ["a\tü"] },
  { what: "UTF-16 the other way round", bytes: bigEndian("\uFEFFa\tü\r\n"), lines: ["a\tü"] },
  { what: "UTF-16 without its mark", bytes: Buffer.from("ab\n", "utf16le"), wrong: /Line 1 holds a NUL character/ },
  { what: "Windows-1252", bytes: Buffer.from("a\nM\xfcller\nb\n", "latin1"), wrong: /is not UTF-8/ },
  { what: "half of a character at its end", bytes: Buffer.from([0x61, 0x62, 0xc3]), wrong: /is not UTF-8/ },
  { what: "nothing in it", bytes: Buffer.alloc(0), lines: [] },
  { what: "a single letter", bytes: Buffer.from("a"), lines: ["a"] },
];

async function* inPieces(bytes: Buffer, length: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length);
}

async function read(bytes: Buffer, length: number): Promise<string[]> {
  const lines: string[] = [];
  for await (const { text } of readLines(inPieces(bytes, length))) lines.push(text);
  return lines;
}

describe("a file", () => {
  for (const { what, bytes, lines, wrong } of fileCases)
    test(`with ${what}, in pieces of any length`, async () => {
      for (const length of [1, 2, 3, 7, 1_000_000])
        if (lines) assert.deepEqual(await read(bytes, length), lines);
        else await assert.rejects(read(bytes, length), (error: ProblemError) => wrong?.test(error.message) ?? false);
    });

  test("that is too large, or is one endless line, is refused while it comes", async () => {
    const endless = async function* () {
      for (;;) yield Buffer.from(`${"a".repeat(9000)}\n`);
    };
    const consumed = async (body: AsyncIterable<Buffer>) => {
      for await (const _ of readLines(body));
    };
    await assert.rejects(consumed(endless()), (error: ProblemError) => error.problem.code === "TOO_LARGE");
    await assert.rejects(read(Buffer.alloc(csvLimits.lineCharacters + 2, "a"), 999), /Line 1 is longer than/);
  });
});
