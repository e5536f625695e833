import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { leastCpuMs } from "@mailfleet/local/testing";
import { readHeaders } from "./read-headers.ts";
import { reportCases } from "./read-undeliverable.cases.ts";
import { readUndeliverable } from "./read-undeliverable.ts";

const read = (text: string) => {
  const raw = Buffer.from(text, "latin1");
  return readUndeliverable(raw, readHeaders(raw));
};

describe("what mail servers report as undeliverable", () => {
  for (const { what, message, recipients, messageId = null, originals, diagnostics, sendId } of reportCases)
    for (const ends of ["\r\n", "\n"])
      test(`${what}${ends === "\n" ? ", with bare LF" : ""}`, () => {
        const found = read(message.replaceAll("\n", ends));
        const shown = found?.recipients.map(({ address, status }) =>
          status === null ? address : `${address} ${status}`,
        );
        assert.deepEqual(shown ?? null, recipients);
        if (!recipients) return;
        assert.equal(found?.messageId, messageId);
        assert.equal(found?.sendId, sendId);
        const forwarded = originals ?? recipients.map(() => undefined);
        assert.deepEqual(
          found?.recipients.map(({ original }) => original),
          forwarded,
        );
        if (diagnostics)
          assert.deepEqual(
            found?.recipients.map(({ diagnostic }) => diagnostic),
            diagnostics,
          );
      });

  const hostile: Record<string, string> = {
    "empty lines": "\r\n".repeat(130_000),
    "lines of hyphens": "-----\r\n".repeat(35_000),
    "addresses without end": "a@".repeat(120_000),
    "blanks before an address": `${" ".repeat(120_000)}x\r\n`.repeat(2),
    fields: "Final-Recipient: ;\r\n\r\n".repeat(12_000),
  };
  for (const [what, text] of Object.entries(hostile))
    test(`${what} take no time`, () => {
      const tookMs = leastCpuMs(() => {
        read(`From: MAILER-DAEMON@x.test\r\nSubject: failure notice\r\n\r\n${text}`);
        read(
          `From: a@x.test\r\nContent-Type: multipart/report; boundary=b\r\n\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n${text}\r\n--b--\r\n`,
        );
      });
      assert.ok(tookMs < 100, `took ${tookMs} ms of CPU`);
    });
});
