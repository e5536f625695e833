import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { base64Stream } from "./base64-stream.ts";
import { escaped, XmlError, type XmlEvent, xmlReader } from "./xml-reader.ts";
import { findElement, readXml, textOf } from "./xml-tree.ts";

const document =
  '<?xml version="1.0"?><!-- a > b --><s:a xmlns:s="x" t:b="1 &gt; 0 > é"><c/>Jörg &amp; &#x4a;&#74; &lt;<![CDATA[<d>&amp;]]]>]]></s:a>\n';

/** Texts joined: where they are cut depends on how the bytes came. */
const joined = (events: readonly XmlEvent[]) =>
  events.map((event) => (event.type === "text" ? event.text : `[${event.type} ${event.name}]`)).join("");

describe("XML", () => {
  for (const size of [1, 2, 3, 7, 1000])
    test(`says the same in pieces of ${size} bytes`, () => {
      const reader = xmlReader();
      const bytes = Buffer.from(document);
      const events: XmlEvent[] = [];
      for (let at = 0; at < bytes.length; at += size) events.push(...reader.write(bytes.subarray(at, at + size)));
      reader.end();
      assert.equal(joined(events), "[open a][open c][close c]Jörg & JJ <<d>&amp;]]]>[close a]");
      const [first] = events;
      assert.equal(first?.type === "open" && first.attributes.b, "1 > 0 > é");
    });

  const refused: readonly [string, string, RegExp][] = [
    ["a document type", '<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', /document type/],
    ["an entity of another kind", "<a>&b;</a>", /stands for nothing/],
    ["a character beyond Unicode", "<a>&#x110000;</a>", /stands for nothing/],
    ["a tag without end", `<a ${"b='1' ".repeat(4000)}`, /more than 16384 characters/],
    ["elements without end", `<a>${"<b/>".repeat(200_001)}`, /more than 200000 elements/],
    ["depth without end", "<a>".repeat(100), /more than 64 deep/],
    [
      "attributes without end",
      `<a ${Array.from({ length: 100 }, (_, n) => `b${n}="1"`).join(" ")}/>`,
      /more than 64 attributes/,
    ],
    ["a tag that closes another", "<a></b>", /closes what is not open/],
    ["a second document", "<a/><b/>", /second document/],
    ["what is cut off", "<a><b></b>", /come to its end/],
    ["no XML", "Not found", /outside/],
    ["nothing", "", /come to its end/],
  ];
  for (const [what, text, words] of refused)
    test(`refuses ${what}`, () =>
      assert.throws(
        () => readXml(text),
        (error) => error instanceof XmlError && words.test(error.message),
      ));

  test("refuses what is not UTF-8", () => assert.throws(() => readXml(Buffer.from("<a>\xff</a>", "latin1")), /UTF-8/));

  test("holds a text without end in pieces: 200 MB cost no more than one", () => {
    const reader = xmlReader();
    reader.write(Buffer.from("<a>"));
    const piece = Buffer.alloc(65_536, "x");
    const before = process.memoryUsage().heapUsed;
    for (let count = 0; count < 3200; count += 1) reader.write(piece);
    assert.ok(process.memoryUsage().heapUsed - before < 64 * 1024 * 1024);
  });

  test("what is written can be read", () => {
    const text = `<"Jörg" & 'Kim'>\n\u{1f600}`;
    assert.equal(findElement(readXml(`<a b="${escaped(text)}"/>`), "a")?.attributes.b, text);
    assert.equal(textOf(readXml(`<a>${escaped(`\x00${text}`)}</a>`), "a"), text);
  });
});

test("base64 is decoded as it comes, with line ends in between", () => {
  const bytes = Buffer.from(Array.from({ length: 1000 }, (_, n) => n % 256));
  const text = bytes.toString("base64").replace(/.{61}/g, "$&\r\n");
  for (const size of [1, 5, 64]) {
    const stream = base64Stream();
    const pieces: Buffer[] = [];
    for (let at = 0; at < text.length; at += size) pieces.push(stream.write(text.slice(at, at + size)));
    assert.deepEqual(Buffer.concat([...pieces, stream.end()]), bytes);
  }
});
