import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { z } from "zod";
import { schemaChanges } from "./release/compare-schemas.cases.ts";
import { refusals } from "./release/compare-schemas.ts";
import { type Recorded, recordOf } from "./release/record.ts";

const golden = new URL("./golden/", import.meta.url);
const json = (path: string) => JSON.parse(readFileSync(new URL(path, golden), "utf8"));
const releases = readdirSync(golden);

/** What two releases say to each other while both run, each with its writer and its reader. */
function* talks(older: { reads: Recorded; writes: Recorded }, newer: { reads: Recorded; writes: Recorded }) {
  for (const [from, to, who] of [
    [older, newer, "what it writes is read now"],
    [newer, older, "it reads what is written now"],
  ] as const) {
    for (const type of Object.keys(older.reads.messages))
      yield { what: `${type}: ${who}`, from: from.writes, to: to.reads, pick: (one: Recorded) => one.messages[type] };
    for (const name of Object.keys(older.reads.requests)) {
      // Whoever asks may leave out what has a default.
      const question = { from: from.reads, to: to.reads, pick: (one: Recorded) => one.requests[name]?.input };
      const answer = { from: from.writes, to: to.reads, pick: (one: Recorded) => one.requests[name]?.output };
      yield { what: `${name}, the question: ${who}`, ...question };
      yield { what: `${name}, the answer: ${who}`, ...answer };
    }
  }
}

const present = { reads: recordOf("reads"), writes: recordOf("writes") };

for (const release of releases)
  describe(`services of release ${release} and these run side by side`, () => {
    const recorded = { reads: json(`${release}/reads.json`), writes: json(`${release}/writes.json`) };

    it("each message, question and answer of the one is read by the other", () => {
      const all = [...talks(recorded, present)].flatMap(({ what, from, to, pick }) => {
        const [written, read] = [pick(from), pick(to)];
        if (!written || !read) return [`${what}: no, it is gone`];
        return refusals({ schema: written, among: from }, { schema: read, among: to }).map(
          (why) => `${what}: no, ${why}`,
        );
      });
      assert.deepEqual(
        all,
        [],
        `add a version beside the old one, or a field that may be missing; a release that is not out yet is recorded anew by: node packages/contracts/scripts/record-release.ts ${release}`,
      );
    });

    for (const file of readdirSync(new URL(`${release}/messages/`, golden)))
      it(`${file} with a field of the future is accepted by its recorded reader, and refused without the first field`, () => {
        const type = file.replace(/\.json$/, "");
        const schema = { ...recorded.reads.messages[type], $defs: recorded.reads.definitions };
        const reader = z.fromJSONSchema(schema);
        const sample = json(`${release}/messages/${file}`);
        assert.ok(reader.safeParse({ ...sample, fieldOfTheFuture: { any: [1] } }).success);
        const [needed] = (recorded.reads.messages[type]?.required ?? []) as string[];
        if (needed) assert.ok(!reader.safeParse({ ...sample, [needed]: undefined }).success);
      });
  });

describe("what one release may change while another one runs", () => {
  for (const { what, writer, reader, refused } of schemaChanges)
    it(`${what}: ${refused.join(", ") || "it is read"}`, () => {
      const among = { definitions: {} };
      assert.deepEqual(refusals({ schema: writer, among }, { schema: reader, among }), refused);
    });
});
