import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { connectStore, type Document } from "@mailfleet/store";
import { command, givenConfig, listeningLogger } from "./given-config.ts";
import { answersOf, collectionNames, fromJson, grantOf, hashesOf } from "./released-documents.ts";

const golden = new URL("./golden/", import.meta.url);

for (const release of readdirSync(golden))
  describe(`documents that release ${release} stored`, () => {
    const texts = Object.fromEntries(
      [...collectionNames, "answers"].map((name) => [
        name,
        readFileSync(new URL(`${release}/${name}.json`, golden), "utf8"),
      ]),
    );
    const changedAt = Object.values(texts).flatMap((text) =>
      [...text.matchAll(/"changedAt":(\d+)/g)].map(([, at]) => at),
    );
    /** They were stored just now, or deadlines in them would have passed. */
    const later = Date.now() - Math.max(...changedAt.map(Number));
    const read = (name: string) => fromJson(texts[name] ?? "", later);
    let given: Awaited<ReturnType<typeof givenConfig>>;
    before(async () => {
      given = await givenConfig();
      const store = await connectStore({
        ...{ url: given.mongo.url, database: given.mongo.dbName, appName: "released" },
        logger: listeningLogger().logger,
      });
      for (const name of collectionNames) await store.db.collection<Document>(name).insertMany(read(name));
      await store.close();
      await given.replica();
    });
    after(() => given?.stop());

    test("are shown as that release showed them", async () => {
      const now = await answersOf(given.bus);
      assert.partialDeepStrictEqual([JSON.parse(JSON.stringify(now))], read("answers"));
    });

    test("of sign-ins go on: one that was begun is completed, and the token of another is refreshed by one process", async () => {
      const { bus } = given;
      const { consentId, mailboxId } = await bus.request("config.consent.take", hashesOf("begun"));
      const { state } = await bus.request("config.grant.set", grantOf(mailboxId, consentId));
      assert.equal(state, "good");
      const [{ _id, v }] = read("grants");
      const ask = (by: string) => bus.request("config.grant.begin-refresh", { mailboxId: _id, v, by });
      assert.deepEqual([(await ask("one")).outcome, (await ask("another")).outcome], ["yours", "busy"]);
      await assert.rejects(bus.request("config.consent.take", hashesOf("signedin")), /already been completed/);
    });

    test("take commands: what may be stopped stops, and what waits for approval is approved", async () => {
      const { mailboxes } = await answersOf(given.bus);
      for (const { id, address, lifecycle, wanted } of mailboxes) {
        const on = { ...command(), id };
        if (lifecycle === "pendingApproval") {
          const { lifecycle: then } = await given.bus.request("config.mailbox.approve", { ...on, address });
          assert.equal(then, "approved");
        } else if (wanted) {
          const { lifecycle: then } = await given.bus.request("config.mailbox.disable", on);
          assert.match(then, /^(disabled\.byAdmin|approved)$/);
        }
      }
    });
  });
