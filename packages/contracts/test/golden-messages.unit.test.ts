import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { type MessageType, messageTypes, readMessage } from "../src/index.ts";

const folder = new URL("./golden/", import.meta.url);
const types = Object.keys(messageTypes) as MessageType[];
/** By release, as it wrote them. */
const samples = readdirSync(folder).flatMap((release) =>
  readdirSync(new URL(`${release}/messages/`, folder)).map((file) => ({
    release,
    type: file.replace(/\.json$/, "") as MessageType,
    body: JSON.parse(readFileSync(new URL(`${release}/messages/${file}`, folder), "utf8")) as Record<string, unknown>,
  })),
);

describe("golden samples: messages as they were once written stay readable", () => {
  it("exist for every message type, and for no other", () => {
    assert.deepEqual([...new Set(samples.map(({ type }) => type))].sort(), types.toSorted());
  });

  for (const { release, type, body } of samples) {
    it(`${type} of ${release} is read whole`, () => {
      assert.deepEqual(readMessage(type, body, types), { ok: true, type, body });
    });

    it(`${type} of ${release} with a field of the future is read without it`, () => {
      const read = readMessage(type, { ...body, fieldOfTheFuture: { any: [1] } }, types);
      assert.deepEqual(read, { ok: true, type, body });
    });
  }

  it("an unknown type and a malformed body are answers, not exceptions", () => {
    assert.deepEqual(readMessage("", null, types), {
      ok: false,
      reason: "message type (none) is not known to this consumer",
    });
    const known = readMessage("run.requested.v1", { mailboxId: "nonsense" }, ["run.requested.v1"]);
    assert.match(known.ok ? "" : known.reason, /^run\.requested\.v1 is malformed: \/mailboxId/);
    const elsewhere = readMessage("run.requested.v1", { mailboxId: "mb_4fz81k" }, ["run.step.v1"]);
    assert.match(elsewhere.ok ? "" : elsewhere.reason, /not known to this consumer/);
  });
});
