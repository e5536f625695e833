import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { runInNewContext } from "node:vm";
import { startMongo, startNats, type TestMongo, tempDir } from "@mailfleet/local/testing";
import { confirm, nkeyFileOf, outsideUser, readOrMakeNkeys, topology } from "@mailfleet/topology";
import { MongoClient } from "mongodb";
import { secretFiles } from "./secrets.ts";

const database = "mailfleet";
const folder = await tempDir("secrets");
const outside = ["ERP"];
const nkeys = readOrMakeNkeys(folder.path, outside.map(outsideUser));
const files = secretFiles(nkeys, (user) => `password-of-${user}`, outside);
const file = (name: string) => files[name]?.trim() ?? assert.fail(`no file ${name}`);

/** What `mongo-users.js` tells MongoDB. mongosh is not there: the script runs with names of its own, and its commands are kept. */
function commandsOf(script: string, isThere: boolean) {
  const commands: { db: string; command: Record<string, unknown> }[] = [];
  const dbOf = (db: string): object => {
    const keep = (command: object) => void commands.push({ db, command: JSON.parse(JSON.stringify(command)) });
    return {
      getSiblingDB: dbOf,
      auth: () => ({ ok: 1 }),
      runCommand: () => ({ isWritablePrimary: true }),
      getRole: () => isThere,
      getUser: () => isThere,
      createRole: ({ role, ...rest }: { role: string }) => keep({ createRole: role, ...rest }),
      updateRole: (role: string, rest: object) => keep({ updateRole: role, ...rest }),
      createUser: ({ user, ...rest }: { user: string }) => keep({ createUser: user, ...rest }),
      updateUser: (user: string, rest: object) => keep({ updateUser: user, ...rest }),
    };
  };
  runInNewContext(script, { db: dbOf("test"), print: () => {} });
  return commands;
}

describe("the files of npm run secrets, at the engines", () => {
  let nats: Awaited<ReturnType<typeof startNats>>;
  let mongo: TestMongo;
  let administrator: MongoClient;
  before(async () => {
    // The address, the health check and the folder are those of a container.
    const configuration = file("nats.conf").replaceAll(/^(port|http|jetstream)\b.*$/gm, "");
    nats = await startNats({ configuration: [configuration] });
    mongo = await startMongo({ own: true });
    administrator = await new MongoClient(mongo.url).connect();
    for (const isThere of [false, true])
      for (const { db, command } of commandsOf(file("mongo-users.js"), isThere))
        await administrator.db(db).command(command);
  });
  after(async () => {
    await administrator?.close();
    await Promise.all([nats?.stop(), mongo?.stop(), folder.remove()]);
  });

  const said: string[] = [];
  const placesOf = (mongoUser: string) => ({
    json: true,
    out: (line: string) => void said.push(line),
    env: {
      MAILFLEET_NATS_URL: nats.url,
      MAILFLEET_NATS_NKEY_FILE: join(folder.path, nkeyFileOf("topology")),
      MAILFLEET_MONGO_URL: file(`${mongoUser}-mongo-url`).replace("mongodb:27017", new URL(mongo.url).host),
      MAILFLEET_MONGO_DB: database,
      MAILFLEET_OUTSIDE_ACCOUNTS: outside.join(","),
      MAILFLEET_FACTS_BYTES: String(3 * 2 ** 30),
    },
  });

  test("topology makes everything; restore ends the hold of a backup, which topology may not", async () => {
    assert.equal(await topology({ action: "apply", ...placesOf("topology") }), true, said.join("\n"));
    assert.ok(said.some((line) => JSON.parse(line).what === "consumer outside-ERP of stream FACTS"));
    const smaller = placesOf("topology");
    smaller.env.MAILFLEET_FACTS_BYTES = "";
    await topology({ action: "check", ...smaller });
    assert.match(said.at(-1) ?? "", /stream FACTS: max_bytes is 3221225472, Mailfleet needs 2147483648/);
    const db = administrator.db(database);
    await db.collection("deployment").updateOne({}, { $inc: { epoch: -1 } });
    await db.collection("settings").insertOne({ organisationId: "og_one", v: 1 });
    await db.collection<{ _id: string }>("sends").insertOne({
      _id: "sn_one1",
      ...{ state: "accepted", acceptedAt: 1, changedAt: 1, waitsSince: 1, attempt: 1, due: 1 },
      ...{ mailboxId: "mb_one1", messageId: "<one@example.org>", idempotencyKey: "one", to: ["a@example.org"] },
    } as never);
    const answer = { as: "same", sends: "hold" } as const;
    await assert.rejects(confirm({ ...placesOf("topology"), ...answer }), /not authorized on mailfleet/);
    await confirm({ ...placesOf("restore"), ...answer });
    assert.equal(JSON.parse(said.at(-1) ?? "{}").heldSends, 1);
    assert.equal((await db.collection("sends").findOne())?.state, "uncertain");
  });
});
