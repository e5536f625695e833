import { mkdirSync, writeFileSync } from "node:fs";
import { type Mailbox, sealedFor } from "@mailfleet/contracts";
import { eventually } from "@mailfleet/local/testing";
import { connectStore } from "@mailfleet/store";
import {
  command,
  fresh,
  givenConfig,
  listeningLogger,
  mailboxInput,
  profileInput,
  runResult,
  sealedCredentials,
  sealedForMailbox,
} from "./given-config.ts";
import { answersOf, collectionNames, grantOf, hashesOf, toJson, tokenOrigin } from "./released-documents.ts";

/**
 * Keeps documents as this release stores them, each with what it answers about it, for the tests of those that come
 * after: `node services/config/test/record-documents.ts 0.1`.
 */
const [, , release] = process.argv;
if (!release || !/^\d+\.\d+$/.test(release)) throw new Error("name the release, such as 0.1");

const given = await givenConfig();
const { bus } = given;
await given.replica();
const profile = await bus.request("config.profile.create", profileInput({ name: "Sales" }));
await bus.request("config.settings.update", { ...command(), change: { organisationName: "Contoso" } });

const get = (id: string) => bus.request("config.mailbox.get", { id });
const create = async (change: object = {}) => {
  const input = mailboxInput(profile.id, change);
  return bus.request("config.mailbox.create", { ...input, credentials: sealedForMailbox(input.id) });
};
const approved = async (change: object = {}) => {
  const { id, address } = await create(change);
  return bus.request("config.mailbox.approve", { ...command(), id, address });
};
const testing = async () => bus.request("config.mailbox.test-and-enable", { ...command(), id: (await approved()).id });
type Outcome = Parameters<typeof runResult>[2];
async function report({ id }: Mailbox, outcome: Outcome, purpose: "test" | "sync", word: Mailbox["lifecycle"]) {
  for (const direction of ["inbound", "outbound"] as const)
    await bus.publish(runResult(await get(id), direction, outcome, purpose));
  return eventually(async () => {
    const now = await get(id);
    return now.lifecycle === word && now;
  });
}
const enabled = async () => report(await testing(), "ok", "test", "enabled.running");

await create();
await bus.request("config.mailbox.reject", { ...command(), id: (await create()).id, reason: "not ours" });
await approved({ kind: "queue", owner: { email: "ada@example.org" } });
await testing();
const running = await enabled();
const away: Outcome = { code: "CONNECTION_REFUSED", kind: "transient", evidence: { reply: "ECONNREFUSED" } };
await report(await enabled(), away, "sync", "enabled.retrying");
await bus.request("config.mailbox.disable", { ...command(), id: (await enabled()).id });
const job = await bus.request("config.job.create", {
  ...{ ...command(), id: `jb_${fresh()}` },
  new: { verb: "sync-now", mailboxIds: [running.id] },
});
await eventually(async () => (await bus.request("config.job.get", { id: job.id })).state === "done");

// Users who sign in: one has, one has begun to.
const application = { provider: "google", clientId: "client" } as const;
const { new: _, ...gmailInput } = profileInput();
const gmail = await bus.request("config.profile.create", {
  ...gmailInput,
  new: { name: "Gmail", type: "gmail", oauth: application },
  oauthSecret: {
    kind: "client-secret",
    secret: sealedCredentials(sealedFor(gmailInput.id, "oauth-client", tokenOrigin)).password,
  },
});
const begun = async (key: string) => {
  const { id, address } = await bus.request("config.mailbox.create", mailboxInput(gmail.id));
  await bus.request("config.mailbox.approve", { ...command(), id, address });
  return bus
    .request("config.consent.begin", {
      ...{ mailboxId: id, by: "owner", consentId: `cs_${key}`, flow: "code", ...hashesOf(key), challenge: "challenge" },
      verifier: sealedCredentials(sealedFor(id, "oauth-verifier")).password,
      redirectUri: "https://console.example.org/oauth/callback",
    })
    .then(() => id);
};
const signedIn = await begun("signedin");
await bus.request("config.consent.take", hashesOf("signedin"));
await bus.request("config.grant.set", grantOf(signedIn, "cs_signedin"));
await begun("begun");

const store = await connectStore({
  ...{ url: given.mongo.url, database: given.mongo.dbName, appName: "record" },
  logger: listeningLogger().logger,
});
const folder = new URL(`./golden/${release}/`, import.meta.url);
mkdirSync(folder, { recursive: true });
const keep = (name: string, what: readonly object[]) =>
  writeFileSync(new URL(`${name}.json`, folder), `[\n${what.map(toJson).join(",\n")}\n]\n`);
for (const name of collectionNames) keep(name, await store.db.collection(name).find().sort({ _id: 1 }).toArray());
keep("answers", [await answersOf(bus)]);
await store.close();
await given.stop();
