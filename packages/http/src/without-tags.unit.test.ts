import assert from "node:assert/strict";
import { test } from "node:test";
import { leastCpuMs } from "@mailfleet/local/testing";
import { withoutTags } from "./without-tags.ts";

const words = (html: string) => withoutTags(html).replace(/\s+/g, " ").trim();

test("a page is its words", () => {
  assert.equal(words("<HTML><head><title>x</title></HEAD><body class='a'>Not <b>here</b></body>"), "Not here");
  assert.equal(words("a<script>if (1 < 2) b()</script>c<style>d</style>e"), "a c e");
  assert.equal(words("<header>kept</header>"), "kept");
  assert.equal(words("1 < 2"), "1 < 2");
  assert.equal(words("<script>no end"), "no end");
  assert.equal(words(`<${"x".repeat(2000)}>a`).length, 2003);
});

test("takes linear time", () => {
  for (const piece of ["<", "<style", "<head>", "</", "<a", "<>"]) {
    const took = leastCpuMs(() => withoutTags(piece.repeat(200_000)));
    assert.ok(took < 100, `${piece} took ${took} ms of CPU`);
  }
});
