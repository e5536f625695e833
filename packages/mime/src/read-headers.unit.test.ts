import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { leastCpuMs } from "@mailfleet/local/testing";
import { readingCases } from "./read-headers.cases.ts";
import { readHeaders } from "./read-headers.ts";
import { readOriginal } from "./read-original.ts";

const raw = (text: string, encoding: BufferEncoding = "utf8") => Buffer.from(text, encoding);
const who = (list: readonly { name: string | null; address: string | null; group?: string }[]) =>
  list.map(({ name, address, group }) => (group === undefined ? [name, address] : [name, address, group]));

describe("reading a header as people write it", () => {
  for (const { what, header, ...expected } of readingCases)
    test(what, () => {
      const headers = readHeaders(raw(`${header}\r\n\r\nSubject: not this\r\n`, "latin1"));
      if ("subject" in expected) assert.equal(headers.subject, expected.subject);
      if (expected.from) assert.deepEqual(who(headers.from), expected.from);
      if (expected.answersTo) assert.deepEqual(headers.answersTo, expected.answersTo);
      if (expected.to) assert.deepEqual(who(headers.to), expected.to);
      if ("date" in expected)
        assert.equal(headers.date === null ? null : new Date(headers.date).toISOString(), expected.date);
      assert.equal(headers.unparsed, null);
    });

  test("5,000 recipients are counted, the first are kept", () => {
    const to = Array.from({ length: 5000 }, (_, n) => `"Lee, Ann ${n}" <ann${n}@example.org>`).join(",\r\n ");
    const message = raw(`To: ${to}\r\nCc: last@example.org\r\n\r\n`);
    const headers = readHeaders(message);
    assert.equal(headers.recipients, 5001);
    assert.equal(headers.to.length, 50);
    assert.deepEqual(headers.to[49], { name: "Lee, Ann 49", address: "ann49@example.org" });
    const took = leastCpuMs(() => readHeaders(message));
    assert.ok(took < 50, `took ${took} ms of CPU`);
  });
});

describe("the original that somebody forwards as attachment", () => {
  const original =
    "Message-ID: <o@x>\r\nFrom: =?utf-8?Q?M=C3=BCller=2C_Hans?= <h@x.test>\r\nSubject: the order\r\nDate: 1 Jan 1969 00:00 +0000\r\n\r\nbody\r\n";
  const forward = (head: string, body: string) =>
    raw(
      `From: ann@x.test\r\nSubject: Fwd: the order\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nsee below\r\n--b\r\n${head}\r\n\r\n${body}\r\n--b--\r\n`,
    );
  const found = {
    messageId: "<o@x>",
    from: [{ name: "Müller, Hans", address: "h@x.test" }],
    subject: "the order",
    date: Date.UTC(1969, 0, 1),
  };
  for (const [what, message] of [
    ["as it is", forward("Content-Type: message/rfc822", original)],
    [
      "in base64",
      forward("Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64", raw(original).toString("base64")),
    ],
    [
      "in quoted-printable",
      forward(
        "Content-Type: message/rfc822\r\nContent-Transfer-Encoding: quoted-printable",
        original.replaceAll("=", "=3D"),
      ),
    ],
    [
      "with another one inside",
      forward(
        "Content-Type: message/rfc822",
        original.replace("Date", `Content-Type: message/rfc822\r\nDate`) + original,
      ),
    ],
    ["as the whole message", raw(`Subject: Fwd\r\nContent-Type: message/rfc822\r\n\r\n${original}`)],
  ] as const)
    test(what, () => {
      const headers = readOriginal(message);
      assert.deepEqual(headers && { ...found, ...pick(headers) }, found);
      assert.equal(headers?.subject, "the order");
    });
  const pick = ({ messageId, from, subject, date }: NonNullable<ReturnType<typeof readOriginal>>) => ({
    messageId,
    from,
    subject,
    date,
  });

  test("is missing in other mail", () => {
    assert.equal(readOriginal(raw("Subject: x\r\n\r\nmessage/rfc822\r\n")), null);
    assert.equal(readOriginal(raw("")), null);
  });
});

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
    assert.deepEqual(who(headers.from), [["Jörg", "j@x"]]);
    assert.deepEqual(who(headers.to), [
      [null, "a@x"],
      [null, "b@x"],
    ]);
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
  ] as const)
    test(`${what} is unparsed, with the reason`, () => {
      assert.match(readHeaders(raw(text)).unparsed ?? "", reason);
    });

  for (const [what, text] of [
    ["a line that is no field", "Subject: x\r\nthis is no field\r\n\r\nbody"],
    ["multipart without boundary", "Subject: x\r\nContent-Type: multipart/mixed\r\n\r\nbody"],
    [
      "multipart whose boundary is missing",
      'Subject: x\r\nContent-Type: multipart/mixed;\r\n boundary="abc"\r\n\r\nbody',
    ],
    ["a header block without end", `Subject: x\r\nX: ${"y".repeat(300_000)}`],
  ] as const)
    test(`${what} leaves the rest readable`, () => {
      const { subject, unparsed } = readHeaders(raw(text));
      assert.deepEqual({ subject, unparsed }, { subject: "x", unparsed: null });
    });

  test("is not slowed down by hostile values", () => {
    const hostile = [
      `Subject: ${"=?utf-8?B?".repeat(25_000)}\r\n\r\n`,
      `${"a:\r\n".repeat(60_000)}\r\n`,
      `Subject:${"\r\n ".repeat(80_000)}\r\n\r\n`,
    ];
    for (const unit of ["=?", "<", "<,", "(", "=?a?q?", "=?utf-8?q?a?= ", '",', "[", ":", "a:;", "\\", "a@", " . "])
      for (const name of ["To", "From", "Subject", "Date"])
        hostile.push(`${name}: ${unit.repeat(240_000 / unit.length)}\r\n\r\n`);
    for (const text of hostile) {
      const took = leastCpuMs(() => readHeaders(raw(text)));
      assert.ok(took < 200, `${text.slice(0, 30)} took ${took} ms of CPU`);
    }
  });
});
