import assert from "node:assert/strict";
import { test } from "node:test";
import { composeNotice } from "../notice/compose.ts";
import { htmlOf, textOf } from "../notice/mail-blocks.ts";

const hostile = `<img src="https://evil.test/x"> & </td><script>alert('1')</script>\u001b[2J\r\nBcc: x@evil.test`;
const blocks = [
  { text: "It failed.", strong: true },
  { fields: { "What the server said": hostile, Nothing: null } },
  { heading: "What to do now:", text: hostile },
];

test("nothing that a server says can act in the HTML", () => {
  const html = htmlOf(blocks);
  assert.doesNotMatch(html, /<(img|script|a|link|style|iframe|form)\b|\son\w+=/i);
  assert.ok(!html.includes("\u001b"));
  assert.ok(html.includes("&lt;img src=&quot;https://evil.test/x&quot;&gt; &amp; &lt;/td&gt;"), html);
  // What begins a tag, a reference or an attribute is only ours.
  assert.deepEqual(
    [...new Set(html.match(/<[a-z]+/g))].sort(),
    "<b <body <br <head <html <meta <p <table <td <th <title <tr".split(" "),
  );
});

test("text says the same, and leaves out what has no value", () => {
  assert.equal(textOf([...blocks.slice(0, 1), { fields: { A: "1", B: undefined } }]), "It failed.\n\nA: 1\n");
});

test("HTML has its text beside it; text is alone", async () => {
  const mail = {
    messageId: "<al_1.1.raised@example.org>",
    inReplyTo: "<al_1.0.raised@example.org>",
    subject: "S",
    text: textOf(blocks),
    html: htmlOf(blocks),
    headers: { "X-Mailfleet-Alert": "al_1" },
  };
  const settings = { from: "fleet@example.org", to: ["a@example.org", "b@example.org"] };
  const both = await composeNotice({ ...settings, format: "html" }, mail, 0);
  const raw = both.raw.toString();
  assert.match(raw, /multipart\/alternative/);
  assert.match(raw, /text\/plain/);
  assert.match(raw, /text\/html/);
  assert.match(raw, /Message-ID: <al_1\.1\.raised@example\.org>/i);
  assert.match(raw, /In-Reply-To: <al_1\.0\.raised@example\.org>/i);
  assert.deepEqual(both.envelope, { from: "fleet@example.org", to: settings.to });
  const alone = await composeNotice({ ...settings, format: "text" }, mail, 0);
  assert.doesNotMatch(alone.raw.toString(), /multipart|text\/html/);
});
