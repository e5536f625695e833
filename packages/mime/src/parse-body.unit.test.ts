import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseBody } from "./parse-body.ts";

describe("parsing a body", () => {
  test("gives text, HTML and attachments", async () => {
    const raw = [
      'Content-Type: multipart/mixed; boundary="b"',
      "",
      "--b",
      "Content-Type: text/plain; charset=iso-8859-1",
      "Content-Transfer-Encoding: quoted-printable",
      "",
      "Gr=FC=DFe",
      "--b",
      'Content-Type: application/pdf; name="x.pdf"',
      "Content-Disposition: attachment",
      "Content-Transfer-Encoding: base64",
      "",
      Buffer.from("hello").toString("base64"),
      "--b--",
      "",
    ].join("\r\n");
    const parsed = await parseBody(Buffer.from(raw));
    assert.equal(parsed.text?.trim(), "Grüße");
    assert.deepEqual(parsed.attachments, [{ filename: "x.pdf", contentType: "application/pdf", size: 5 }]);
    assert.equal(parsed.unparsed, null);
  });

  for (const [what, type] of [
    ["an empty boundary", 'multipart/mixed; boundary=""'],
    ["no boundary", "multipart/mixed"],
    ["a boundary that never comes", "multipart/mixed; boundary=never"],
  ] as const)
    test(`${what}: the body does not vanish without a word`, async () => {
      const { text, unparsed } = await parseBody(
        Buffer.from(`Content-Type: ${type}\r\n\r\n--\r\n\r\nHello\r\n----\r\n`),
      );
      assert.ok(text?.includes("Hello") || unparsed === "the header announces parts, and none was found in the body");
    });

  test("parts that are all empty are no fault", async () => {
    const raw = "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\n\r\n--b--\r\n";
    assert.equal((await parseBody(Buffer.from(raw))).unparsed, null);
  });

  test("nesting without end is refused and does not hold up anybody", async () => {
    let raw = "";
    for (let depth = 0; depth < 2000; depth += 1)
      raw += `Content-Type: multipart/mixed; boundary="b${depth}"\r\n\r\n--b${depth}\r\n`;
    let ticks = 0;
    const timer = setInterval(() => {
      ticks += 1;
    }, 5);
    const parsed = await parseBody(Buffer.from(raw));
    clearInterval(timer);
    assert.match(parsed.unparsed ?? "", /cannot be parsed|took/);
    assert.ok(ticks > 0, "the event loop went on");
  });

  test("what takes too long is broken off", async () => {
    const parsed = await parseBody(Buffer.from(`Subject: x\r\n\r\n${"a".repeat(20_000_000)}`), { timeoutMs: 1 });
    assert.match(parsed.unparsed ?? "", /longer than 1 ms/);
  });
});
