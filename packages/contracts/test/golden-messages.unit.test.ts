import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { type MessageType, messageTypes, readMessage } from "../src/index.ts";

const folder = new URL("./golden/", import.meta.url);
const types = Object.keys(messageTypes) as MessageType[];
const sample = (type: MessageType): Record<string, unknown> =>
  JSON.parse(readFileSync(new URL(`${type}.json`, folder), "utf8"));

describe("golden samples: messages as they were once written stay readable", () => {
  it("exist for every message type, and for no other", () => {
    assert.deepEqual(readdirSync(folder).sort(), types.map((type) => `${type}.json`).sort());
  });

  for (const type of types) {
    it(`${type} is read whole`, () => {
      const read = readMessage(type, sample(type), types);
      assert.deepEqual(read, { ok: true, type, body: sample(type) });
    });

    it(`${type} with a field of the future is read without it`, () => {
      const read = readMessage(type, { ...sample(type), fieldOfTheFuture: { any: [1] } }, types);
      assert.deepEqual(read, { ok: true, type, body: sample(type) });
    });
  }

  it("an unknown type and a malformed body are answers, not exceptions", () => {
    assert.deepEqual(readMessage("", null, types), {
      ok: false,
      reason: "message type (none) is not known to this consumer",
    });
    const known = readMessage("run.requested.v1", { mailboxId: "nonsense" }, ["run.requested.v1"]);
    assert.match(known.ok ? "" : known.reason, /^run\.requested\.v1 is malformed: \/mailboxId/);
    const elsewhere = readMessage("run.requested.v1", sample("run.requested.v1"), ["run.step.v1"]);
    assert.match(elsewhere.ok ? "" : elsewhere.reason, /not known to this consumer/);
  });
});
