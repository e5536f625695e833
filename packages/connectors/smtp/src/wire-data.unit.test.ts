import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { WireEncoder, wireData } from "./wire-data.ts";

const wire = (raw: string) => Buffer.concat(wireData(Buffer.from(raw, "latin1"))).toString("latin1");

describe("wireData", () => {
  const cases: [why: string, raw: string, expected: string][] = [
    ["passes a plain message", "A: b\r\n\r\nhello\r\n", "A: b\r\n\r\nhello\r\n.\r\n"],
    ["ends the last line", "A: b\r\n\r\nhello", "A: b\r\n\r\nhello\r\n.\r\n"],
    ["doubles a dot at the beginning", ".a\r\n", "..a\r\n.\r\n"],
    ["doubles dots that begin lines", "a\r\n.\r\n..b\r\n", "a\r\n..\r\n...b\r\n.\r\n"],
    ["mends a lone LF and the dot behind it", "a\n.\nb\n", "a\r\n..\r\nb\r\n.\r\n"],
    ["mends a lone CR and the dot behind it", "a\r.\rb", "a\r\n..\r\nb\r\n.\r\n"],
    ["takes an empty message", "", ".\r\n"],
  ];
  for (const [why, raw, expected] of cases) it(why, () => assert.equal(wire(raw), expected));

  it("never lets a message end early, whatever it holds", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom("\r", "\n", ".", "a"), maxLength: 30 }), (raw) => {
        const sent = wire(raw);
        assert.equal(`\r\n${sent}`.indexOf("\r\n.\r\n"), sent.length + 2 - 5);
        assert.doesNotMatch(sent, /[^\r]\n|^\n|\r[^\n]/);
      }),
      { numRuns: 2000 },
    );
  });

  it("is the same wherever the pieces of a message end", () => {
    const text = fc.string({ unit: fc.constantFrom("\r", "\n", ".", "a"), maxLength: 30 });
    fc.assert(
      fc.property(text, fc.array(fc.nat(30), { maxLength: 5 }), (raw, cuts) => {
        const encoder = new WireEncoder();
        const ends = [...cuts.sort((a, b) => a - b), raw.length];
        const pieces = ends.map((end, n) => Buffer.from(raw.slice(n === 0 ? 0 : ends[n - 1], end), "latin1"));
        const sent = Buffer.concat([...pieces.flatMap((piece) => encoder.encode(piece)), encoder.end()]);
        assert.equal(sent.toString("latin1"), wire(raw));
      }),
      { numRuns: 2000 },
    );
  });

  it("copies nothing where nothing must be changed", () => {
    const raw = Buffer.from("A: b\r\n\r\nhello\r\n");
    assert.equal(wireData(raw)[0]?.buffer, raw.buffer);
  });
});
