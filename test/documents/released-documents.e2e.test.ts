import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { ApiClient } from "@mailfleet/client";
import {
  type Logger,
  type Mailbox,
  type NotificationSettings,
  type Profile,
  type ReceivedMessage,
  relayDestination,
  type Sealed,
  type Send,
  sealedFor,
} from "@mailfleet/contracts";
import { type Stack, startStack } from "@mailfleet/local";
import { applyTopology, eventually, placesFor, startMongo, startNats, tempDir } from "@mailfleet/local/testing";
import { loadOpener } from "@mailfleet/secrets";
import { bytesOf, connectStore, type Document } from "@mailfleet/store";
import { holds } from "../world/holds.ts";
import { answersOf, fromJson, recordedAt, secrets } from "./released-documents.ts";

const quiet: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => quiet };
interface Notifications {
  readonly relay: { readonly host: string; readonly port: number };
  readonly credentials: { readonly username: string; readonly password: Sealed };
}
interface Signed {
  readonly _id: string;
  readonly signing: readonly { readonly secret: Sealed }[];
}

const golden = new URL("../golden/", import.meta.url);

for (const release of readdirSync(golden))
  describe(`documents of all services that release ${release} stored`, () => {
    const folder = new URL(`${release}/documents/`, golden);
    const texts = new Map(
      readdirSync(folder).map((file) => [file.replace(/\.json$/, ""), readFileSync(new URL(file, folder), "utf8")]),
    );
    const later = Date.now() - recordedAt([...texts.values()]);
    const documents = (name: string) => fromJson(texts.get(name) ?? "[]", later) as Document[];
    const cleanups: (() => Promise<void>)[] = [];
    let stack: Stack;
    let api: ApiClient;

    before(async () => {
      const [nats, mongo, data] = await Promise.all([startNats(), startMongo(), tempDir("released")]);
      cleanups.push(async () => void (await Promise.all([nats.stop(), mongo.stop(), data.remove()])));
      // A database with documents and without a mark would be held as a backup.
      await applyTopology(placesFor("topology", nats, mongo));
      // The documents come as a restored backup does: by the administrator.
      const store = await connectStore({ url: mongo.url, database: mongo.dbName, appName: "released", logger: quiet });
      for (const name of texts.keys())
        if (name !== "answers" && documents(name).length > 0)
          await store.db.collection<Document>(name).insertMany(documents(name));
      await store.close();
      stack = await startStack({
        ...{ dataDir: data.path, sandbox: [], logs: "none", consolePort: 0 },
        ...{ engines: { nats, mongo: { ...mongo, signIn: mongo.urlOf } }, mongoDb: mongo.dbName },
      });
      cleanups.push(() => stack.stop());
      api = new ApiClient({ url: stack.consoleUrl, token: readFileSync(stack.adminTokenFile, "utf8").trim() });
    });
    after(async () => {
      for (const cleanup of cleanups.reverse()) await cleanup();
    });

    it("are told as that release told them", async () => {
      const [before] = documents("answers");
      await holds(async () => assert.partialDeepStrictEqual(await answersOf(api), before));
    });

    it("hold a password of the server for notices and a webhook's secret, which open for their places only", async () => {
      const keys = new URL(`${release}/notify-open-keys.json`, golden);
      const { open } = await loadOpener(fileURLToPath(keys));
      const [settings] = documents("notification-settings") as never as Notifications[];
      const { relay, credentials } = settings!;
      const placed = (destination: string) => sealedFor("notifications", "relay-password", destination);
      const password = await open(credentials.password, placed(relayDestination(relay)));
      assert.equal(password.reveal(), secrets.relay);
      await assert.rejects(
        open(credentials.password, placed("smtp another:25")),
        /^FailureError: CREDENTIALS_FOR_ANOTHER/,
      );
      const [{ _id, signing } = {} as never] = (documents("subscriptions") as never as Signed[]).filter(
        (one) => one.signing.length > 0,
      );
      const signed = await open(signing[0]!.secret, sealedFor(_id, "webhook-signing", ""));
      assert.equal(signed.reveal(), secrets.webhook);
      // Whoever changes something else need not give the password again.
      const changed = await api.patch<NotificationSettings>("/settings/notifications", { format: "text" });
      assert.equal(changed.credentials?.username, credentials.username);
    });

    it("are gone on with: what was received is not received again, what comes is, and mail goes out", async () => {
      const { sandbox } = stack;
      const mailboxes = (await api.list<Mailbox>("/mailboxes")).filter(
        ({ lifecycle }) => lifecycle === "enabled.running",
      );
      assert.equal(mailboxes.length, 4);
      const messages = async (id: string) =>
        (await api.list<ReceivedMessage>(`/mailboxes/${id}/messages`)).map(({ subject }) => subject).sort();
      const before = new Map<string, (string | null)[]>();
      // The server of then, at another port.
      const stored = documents("messages");
      for (const { id, address } of mailboxes) {
        sandbox.addAccount(address, "secret");
        before.set(id, await messages(id));
        for (const { raw } of stored.filter(({ mailboxId }) => mailboxId === id))
          if (raw) sandbox.deliver(address, Buffer.from(bytesOf(raw)));
      }
      for (const profile of await api.list<Profile>("/profiles")) {
        const { inbound, outbound } = profile;
        const port = inbound.protocol === "pop3" ? sandbox.pop3Port : sandbox.imapPort;
        const change = { inbound: { ...inbound, port }, outbound: { ...outbound, port: sandbox.smtpPort } };
        await api.patch(`/profiles/${profile.id}`, change);
      }
      for (const { id, address } of mailboxes) {
        await api.patch(`/mailboxes/${id}`, { credentials: { username: address, password: "secret" } });
        sandbox.deliver(address, Buffer.from(`From: a@elsewhere.test\r\nTo: ${address}\r\nSubject: new\r\n\r\nx\r\n`));
        await api.post(`/mailboxes/${id}/test-and-enable`, {});
      }
      for (const { id } of mailboxes) {
        await holds(async () =>
          assert.equal((await api.get<Mailbox>(`/mailboxes/${id}`)).lifecycle, "enabled.running"),
        );
        await api.post(`/mailboxes/${id}/sync-now`, {});
        await holds(async () => assert.deepEqual(await messages(id), [...(before.get(id) ?? []), "new"].sort()));
      }
      // What was put off goes out when somebody says so, and the one of unknown fate once more.
      const waiting = (await api.list<Send>("/sends")).filter(({ state }) => ["deferred", "uncertain"].includes(state));
      assert.equal(waiting.length, 2);
      for (const { id } of waiting) await api.post(`/sends/${id}/release`, {});
      sandbox.addAccount("customer@sandbox.test", "secret");
      await eventually(() => sandbox.submissions.filter(({ to }) => to.includes("customer@sandbox.test")).length >= 2, {
        timeoutMs: 15_000,
      });
    });
  });
