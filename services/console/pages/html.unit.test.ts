import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { foreignWords, type Html, html, textOf } from "./html.ts";

describe("markup", () => {
  it("escapes text and attributes, and keeps what is markup already", () => {
    const evil = `<script>alert("1")</script>' & "`;
    const page = textOf(html`<p title="${evil}">${html`<b>${evil}</b>`}${[html`<i>1</i>`, html`<i>2</i>`]}</p>`);
    const escaped = "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&#39; &amp; &quot;";
    assert.equal(page, `<p title="${escaped}"><b>${escaped}</b><i>1</i><i>2</i></p>`);
  });

  it("takes no object from outside for markup", () => {
    const forged = { html: "<script>", toString: () => "<script>" } as unknown as Html;
    assert.doesNotMatch(textOf(html`${forged}`), /<script>/);
  });

  it("shows nothing for a missing value, and 0 for zero", () => {
    assert.equal(textOf(html`${null}${undefined}${false}${0}`), "0");
  });
});

describe("somebody else's words", () => {
  it("are short, on one line, and cannot reverse the direction of text", () => {
    assert.equal(foreignWords("a\r\nb\u202ec\u0000"), "a b c");
    assert.equal(foreignWords("x".repeat(400)).length, 300);
  });
});
