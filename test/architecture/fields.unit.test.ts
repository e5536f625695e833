import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { fieldsPage, namedFields, ownFields, settable } from "@mailfleet/cli";
import { leavesOf } from "@mailfleet/contracts";
import { readWorkspaces, root } from "./sources.ts";

const declared = settable.flatMap((noun) => [
  ...Object.entries(noun.fields).map(([name, { text }]) => ({ noun, name, text })),
  ...Object.keys(noun.secrets).map((name) => ({ noun, name, text: "" })),
]);
const nameOf = ({ noun, name }: (typeof declared)[number]) => `${noun.name}.${name}`;

describe("the fields that people set", () => {
  it("are in docs/fields.md (node packages/cli/scripts/write-fields.ts)", () => {
    assert.equal(readFileSync(join(root, "docs/fields.md"), "utf8"), fieldsPage());
  });

  it("each have a counterpart in the field's product, or are known to have none", () => {
    const known = [...namedFields, ...ownFields];
    const forgotten = declared
      .map(nameOf)
      .filter((name) => !known.some((one) => one === name || one.startsWith(`${name}.`)));
    assert.deepEqual(forgotten, []);
  });

  it("exist where the tables name them", () => {
    const shown = new Set(
      settable.flatMap((noun) => [
        ...Object.keys(noun.View.shape).map((name) => `${noun.name}.${name}`),
        ...leavesOf(noun).map(({ path }) => `${noun.name}.${path.join(".")}`),
      ]),
    );
    // Of a direction's status only its name is checked here.
    const isShown = (path: string) => shown.has(path) || shown.has(path.split(".").slice(0, 2).join("."));
    assert.deepEqual(
      [...namedFields, ...ownFields].filter((path) => !isShown(path)),
      [],
    );
  });

  it("each say what they are for", () => {
    const silent = settable.flatMap((noun) =>
      leavesOf(noun)
        .filter(({ text }) => text === "")
        .map(({ path }) => `${noun.name}.${path.join(".")}`),
    );
    assert.deepEqual(silent, []);
  });

  it("each have an effect: somebody reads them, unless they are for people only", () => {
    const readers = readWorkspaces()
      .filter(({ folder }) => folder.startsWith("services/") || folder.startsWith("packages/"))
      .filter(({ folder }) => !["packages/contracts", "packages/cli", "packages/local"].includes(folder))
      .flatMap(({ files }) => files.filter(({ isTest }) => !isTest).map(({ text }) => text));
    const idle = declared
      .filter(({ text }) => !text.includes("for people"))
      .filter(({ name }) => !readers.some((text) => new RegExp(`\\b${name}\\b`).test(text)))
      .map(nameOf);
    assert.deepEqual(idle, []);
  });
});
