import assert from "node:assert/strict";
import { test } from "node:test";
import { naming } from "@mailfleet/contracts";

const names = (text: string) => new RegExp(naming("Ann+x@example.org"), "i").test(text);

test("a text names an address where nothing more belongs to it", () => {
  for (const text of [
    "ann+x@example.org",
    "To ANN+X@example.org.",
    "<ann+x@example.org>, bob@example.org",
    JSON.stringify({ detail: "refused:\nann+x@example.org\n" }),
    "mailto:ann+x@example.org?subject=x",
  ])
    assert.ok(names(text), text);
});

test("a longer address is another one", () => {
  for (const text of [
    "joann+x@example.org",
    "jo.ann+x@example.org",
    "o'ann+x@example.org",
    "ann+x@example.org.uk",
    "ann+x@example.organic",
    "ann+x@example.org-it.test",
    "ann+x@exampleXorg",
    "annn+x@example.org",
  ])
    assert.ok(!names(text), text);
});
