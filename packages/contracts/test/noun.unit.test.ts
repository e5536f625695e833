import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { z } from "zod";
import { field, noun, operation } from "../src/index.ts";
import { credentials } from "../src/noun/secret-field.ts";

const box = noun("box", {
  owner: "config",
  id: z.string().regex(/^bx_/),
  text: "boxes",
  path: "/boxes",
  fields: {
    name: field(z.string().min(1), "unique", { label: true, column: "NAME" }),
    kind: field(z.enum(["a", "b"]).default("a"), "fixed when it is made", { set: "create" }),
    note: field(z.string().optional(), "for people"),
    place: field(z.object({ row: z.number(), shelf: z.number() }), "filled in", {
      write: z.strictObject({ row: z.number().optional() }).optional(),
    }),
  },
  secrets: { key: credentials("inbound-password", "opens it") },
  shown: { full: z.boolean() },
  filter: { kind: z.enum(["a", "b"]).optional() },
  standard: ["create", "get", "list", "update", "delete"],
  operations: {
    shake: operation({ text: "Shake it", input: { times: z.number() }, impact: "sends" }),
    weigh: operation({ text: "Weigh it", kind: "read", answer: z.object({ grams: z.number() }) }),
    sort: operation({ text: "Sort it", kind: "internal", input: { by: z.string() } }),
    count: operation({ text: "Count all", kind: "read", collection: true, answer: z.object({ n: z.number() }) }),
  },
});
type Requests = typeof box.requests;
type Input<Name extends keyof Requests> = z.input<Requests[Name]["input"]>;
const command = { commandId: "c", by: "ada" };
const refusal = (name: keyof Requests, input: unknown) =>
  box.requests[name].input.safeParse(input).error?.issues.map(({ path, code }) => `${path.join("/")} ${code}`);

describe("a noun", () => {
  test("has a request for each standard operation and each of its own", () => {
    assert.deepEqual(Object.keys(box.requests).sort(), [
      "config.box.count",
      "config.box.create",
      "config.box.delete",
      "config.box.get",
      "config.box.list",
      "config.box.shake",
      "config.box.sort",
      "config.box.update",
      "config.box.weigh",
    ]);
  });

  test("takes what may be written of it, with defaults, and refuses what is not known", () => {
    const input: Input<"config.box.create"> = { ...command, id: "bx_1", new: { name: "x", place: { row: 1 } } };
    assert.deepEqual(box.requests["config.box.create"].input.parse(input).new, {
      name: "x",
      kind: "a",
      place: { row: 1 },
    });
    assert.deepEqual(refusal("config.box.create", { ...input, new: { name: "", colour: 1 } }), [
      "new/name too_small",
      "new unrecognized_keys",
    ]);
  });

  test("lets change what is not fixed, null takes an optional value or a secret away", () => {
    const input: Input<"config.box.update"> = { ...command, id: "bx_1", change: { note: null }, key: null };
    assert.equal(refusal("config.box.update", input), undefined);
    // @ts-expect-error: it is fixed when the box is made
    const fixed: Input<"config.box.update"> = { ...command, id: "bx_1", change: { kind: "b" } };
    assert.deepEqual(refusal("config.box.update", fixed), ["change unrecognized_keys"]);
    // @ts-expect-error: a name cannot be taken away
    const nameless: Input<"config.box.update"> = { ...command, id: "bx_1", change: { name: null } };
    assert.deepEqual(refusal("config.box.update", nameless), ["change/name invalid_type"]);
  });

  test("asks a command for its id and its input, and a question for no command", () => {
    const shake: Input<"config.box.shake"> = { ...command, id: "bx_1", times: 3 };
    assert.equal(refusal("config.box.shake", shake), undefined);
    // @ts-expect-error: how often?
    const vague: Input<"config.box.shake"> = { ...command, id: "bx_1" };
    assert.deepEqual(refusal("config.box.shake", vague), ["times invalid_type"]);
    const weigh: Input<"config.box.weigh"> = { id: "bx_1" };
    assert.equal(refusal("config.box.weigh", weigh), undefined);
    const sort: Input<"config.box.sort"> = { by: "colour" };
    assert.equal(refusal("config.box.sort", sort), undefined, "an internal one takes exactly its input");
    const count: Input<"config.box.count"> = {};
    assert.equal(refusal("config.box.count", count), undefined);
  });

  test("shows what is kept and worked out, and of a secret only whose it is and since when", () => {
    const shown = { id: "bx_1", v: 1, name: "x", kind: "a", place: { row: 1, shelf: 2 }, full: true } as const;
    const view = { ...shown, key: { username: "u", setAt: 1, password: "p" }, createdAt: 1, changedAt: 1 };
    assert.deepEqual(box.View.parse(view), { ...view, key: { username: "u", setAt: 1 } });
  });
});
