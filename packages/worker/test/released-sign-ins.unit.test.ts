import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { FailureError } from "@mailfleet/contracts";
import type { SignInRecord } from "../src/sign-in/record.ts";
import { connectionOf, gatesOver, type Recorded } from "./released-sign-ins.ts";

const golden = new URL("./golden/", import.meta.url);

for (const release of readdirSync(golden))
  describe(`what release ${release} wrote down about the passwords of profiles`, () => {
    const text = readFileSync(new URL(`${release}/signIns.json`, golden), "utf8");
    const documents: Recorded[] = JSON.parse(text);
    const recordedAt = Math.max(...documents.map(({ writtenAt }) => writtenAt.$date));
    /** A process of now, as if they had been written a second ago. */
    const given = (laterMs = 1000) => {
      const records = new Map<string, SignInRecord>(documents.map((one) => [one._id, one]));
      const asked: string[] = [];
      const process = gatesOver(records, () => recordedAt + laterMs);
      const signIn = (holder: string, tag?: string) =>
        process.signIn(connectionOf(holder, tag), async () => {
          asked.push(holder);
          return "signed in";
        });
      return { ...process, records, asked, signIn };
    };

    test("one that was refused is tried by nobody, and another one at once, which ends the alert", async () => {
      const { said, asked, signIn } = given();
      await assert.rejects(signIn("pf_refused"), (error: FailureError) => {
        assert.ok(error instanceof FailureError);
        assert.equal(error.failure.code, "PROFILE_CREDENTIALS_REFUSED");
        assert.equal(error.failure.evidence?.reply, "NO wrong");
        return true;
      });
      assert.deepEqual([asked, said], [[], []], "people were told by that release");
      await signIn("pf_refused", "another");
      assert.deepEqual([asked, said], [["pf_refused"], ["alert.cleared.v1"]]);
    });

    test("one that works is used by all, and one that a process died with is tried later", async () => {
      const soon = given();
      await soon.signIn("pf_works");
      const before = documents.find(({ _id }) => _id === "pf_works/inbound");
      assert.equal(soon.records.get("pf_works/inbound")?.v, before?.v, "nobody goes first");
      const later = given(60_000);
      await later.signIn("pf_trying");
      assert.deepEqual(later.asked, ["pf_trying"]);
    });
  });
