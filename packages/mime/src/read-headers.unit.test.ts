import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { readHeaders } from "./read-headers.ts";

const raw = (text: string, encoding: BufferEncoding = "utf8") => Buffer.from(text, encoding);

describe("reading the headers of a raw message", () => {
  test("reads what is wanted, unfolded and decoded", () => {
    const headers = readHeaders(
      raw(
        "Received: from a\r\n by b\r\nMessage-ID: <1@x>\r\nSubject: =?UTF-8?Q?Gr=C3=BC=C3=9Fe?=\r\n =?UTF-8?B?IGF1cyBLw7Zsbg==?=\r\n" +
          "From: =?iso-8859-1?Q?J=F6rg?= <j@x>\r\nTo: a@x,\r\n\tb@x\r\nDate: Mon, 23 Nov 2026 10:00:00 +0100 (CET)\r\n\r\nSubject: not this\r\n",
      ),
    );
    assert.equal(headers.messageId, "<1@x>");
    assert.equal(headers.subject, "Grüße aus Köln");
    assert.equal(headers.from, "Jörg <j@x>");
    assert.equal(headers.to, "a@x, b@x");
    assert.equal(headers.date, Date.UTC(2026, 10, 23, 9));
    assert.equal(headers.unparsed, null);
  });

  test("takes raw 8-bit headers: UTF-8 where valid, else windows-1252", () => {
    assert.equal(readHeaders(raw("Subject: Grüße\n\n")).subject, "Grüße");
    assert.equal(readHeaders(raw("Subject: Gr\xfc\xdfe\n\n", "latin1")).subject, "Grüße");
  });

  test("keeps control characters and hidden line breaks out of values", () => {
    assert.equal(readHeaders(raw("Subject: a\0b=?utf-8?Q?x=0D=0ABcc:_y?=\r\n\r\n")).subject, "a bx Bcc: y");
  });

  test("of a field that comes twice the first counts, in any case", () => {
    assert.equal(readHeaders(raw("SUBJECT: one\r\nSubject: two\r\n\r\n")).subject, "one");
  });

  test("does not take a longer name for a wanted one", () => {
    assert.equal(readHeaders(raw("X-Subject: no\r\nSubjecd: no\r\n\r\n")).subject, null);
  });

  for (const [what, text, reason] of [
    ["an empty message", "", /empty/],
    ["a message without a header", "\r\nbody only", /no header field/],
    ["a line that is no field", "Subject: x\r\nthis is no field\r\n\r\nbody", /not a field: "this is no field"/],
    ["multipart without boundary", "Content-Type: multipart/mixed\r\n\r\nbody", /names no boundary/],
    [
      "multipart whose boundary is missing",
      'Subject: x\r\nContent-Type: multipart/mixed;\r\n boundary="abc"\r\n\r\nbody',
      /boundary between the body parts is missing/,
    ],
    ["a header block without end", `X: ${"y".repeat(300_000)}`, /larger than 256 KiB/],
  ] as const)
    test(`${what} is unparsed, with the reason`, () => {
      assert.match(readHeaders(raw(text)).unparsed ?? "", reason);
    });

  test("a multipart message with its boundary is fine, and one that is only begun gets the benefit of the doubt", () => {
    const head = 'Content-Type: multipart/mixed; boundary="a b"\r\n\r\n';
    assert.equal(readHeaders(raw(`${head}--a b\r\n\r\nx\r\n--a b--`)).unparsed, null);
    assert.equal(readHeaders(raw(head), false).unparsed, null);
  });

  test("is not slowed down by hostile values", () => {
    const started = performance.now();
    readHeaders(raw(`Subject: ${"=?utf-8?B?".repeat(25_000)}\r\n\r\n`));
    readHeaders(raw(`${"a:\r\n".repeat(60_000)}\r\n`));
    readHeaders(raw(`Subject:${"\r\n ".repeat(80_000)}\r\n\r\n`));
    readHeaders(raw(`To: ${"=?".repeat(120_000)}\r\n\r\n`));
    const took = performance.now() - started;
    assert.ok(took < 400, `took ${took} ms`);
  });
});
