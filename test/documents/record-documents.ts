/**
 * Keeps documents of all services as this release stores them, and what is told of them, for the tests of those that come
 * after: `node test/documents/record-documents.ts 0.1`. The documents of `config` have a recording of their own.
 */
import { once } from "node:events";
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import { connectBus } from "@mailfleet/bus";
import {
  type Delivery,
  type Logger,
  type Mailbox,
  type OutgoingMessage,
  type Send,
  type Subscription,
  subjects,
} from "@mailfleet/contracts";
import { eventually } from "@mailfleet/local/testing";
import { connectStore } from "@mailfleet/store";
import { shortWaits, startWorld } from "../world/fleet-world.ts";
import { answersOf, secrets, toJson } from "./released-documents.ts";

const [, , release] = process.argv;
if (!release || !/^\d+\.\d+$/.test(release)) throw new Error("name the release, such as 0.1");

const quiet: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => quiet };
/** What has come stays as it is while it is recorded, and after it is read. */
const LATER_MS = 3_600_000;
/** Larger than what stands in the document of its message. */
const LARGE = 300_000;

const mail = (to: string, subject: string, text = "text") =>
  Buffer.from(
    [
      "From: Ada <ada@elsewhere.test>",
      `To: ${to}`,
      `Subject: ${subject}`,
      `Message-ID: <${subject}@elsewhere.test>`,
      ...["Date: Mon, 30 Nov 2026 08:00:00 +0000", "", text, ""],
    ].join("\r\n"),
  );
/** RFC 3464. */
const report = (to: string) =>
  Buffer.from(
    [
      "From: mailer-daemon@elsewhere.test",
      `To: ${to}`,
      "Subject: Undelivered",
      'Content-Type: multipart/report; report-type=delivery-status; boundary="b"',
      ...["", "--b", "Content-Type: text/plain", "", "It was not delivered.", "--b"],
      ...["Content-Type: message/delivery-status", "", "Reporting-MTA: dns; mx.elsewhere.test", ""],
      ...["Final-Recipient: rfc822; nobody@elsewhere.test", "Action: failed", "Status: 5.1.1", "", "--b--", ""],
    ].join("\r\n"),
  );

const world = await startWorld({ env: { MAILFLEET_ERASE_SETTLE_MS: "500" } });
const { api, sandbox } = world;
const waits = { pollMs: LATER_MS, retryMs: LATER_MS, secondChanceMs: LATER_MS, probeMs: LATER_MS };
await api.patch("/settings", { retryPolicy: { ...shortWaits, ...waits, longestRetryAfterMs: LATER_MS } });
const imap = await world.sandboxProfile({ uncertainPolicy: "hold", watch: false });
const watched = await world.sandboxProfile({ name: "Watched" });
const pop3 = await world.sandboxProfile({
  name: "POP3",
  inbound: { protocol: "pop3", host: sandbox.host, security: "none", port: sandbox.pop3Port },
});
const at = (name: string) => `${name}@sandbox.test`;
sandbox.addAccount(at("customer"), "secret");
const sales = await world.enabledMailbox(at("sales"), { profileId: imap.id });
const orders = await world.enabledMailbox(at("orders"), { profileId: pop3.id });
const emptied = await world.enabledMailbox(at("emptied"), { profileId: pop3.id, deleteAfterProcessing: true });
const awake = await world.enabledMailbox(at("awake"), { profileId: watched.id });
const refused = await world.enabledMailbox(at("refused"), { profileId: imap.id });
const gone = await world.enabledMailbox(at("gone"), { profileId: imap.id });

const sync = ({ id }: Mailbox) => api.post(`/mailboxes/${id}/sync-now`, {});
const has = ({ id }: Mailbox, subject: string) =>
  eventually(async () => (await world.messages(id)).some((one) => one.subject === subject), { timeoutMs: 60_000 });
for (const one of [sales, orders, emptied, awake, gone]) {
  sandbox.deliver(one.address, mail(one.address, "first"));
  sandbox.deliver(one.address, mail(one.address, "second"));
}
sandbox.deliver(sales.address, mail(sales.address, "large", "x".repeat(LARGE)));
sandbox.deliver(sales.address, report(sales.address));
sandbox.deliver(sales.address, mail(sales.address, "last"));
for (const one of [sales, orders, emptied, gone]) await sync(one);
for (const one of [sales, orders, emptied, awake, gone]) await has(one, "second");
await has(sales, "last");

const send = (subject: string, to = at("customer"), more: object = {}) =>
  api.post<Send>(`/mailboxes/${sales.id}/sends`, { to: [to], subject, text: "text", ...more });
const becomes = ({ id }: Send, state: Send["state"]) =>
  eventually(async () => (await api.get<Send>(`/sends/${id}`)).state === state, { timeoutMs: 60_000 });
await becomes(await send("sent"), "sent");
await becomes(await send("refused", at("nobody")), "failed");
sandbox.spoilNext({ stage: "after-dot" });
await becomes(await send("uncertain"), "uncertain");
sandbox.spoilNext({ stage: "data", code: 451, text: "4.3.0 try again later" });
await becomes(await send("deferred", at("customer"), { text: "x".repeat(LARGE) }), "deferred");

sandbox.setPassword(refused.address, "another");
await sync(refused);
await eventually(async () => (await world.raisedAlerts(refused.id)).length > 0, { timeoutMs: 60_000 });
await api.post(`/mailboxes/${gone.id}/disable`, {});
await api.delete(`/mailboxes/${gone.id}`);
await api.post("/erasures", { mailboxId: gone.id, address: gone.address });
await eventually(async () => (await api.list<{ state: string }>("/erasures")).every(({ state }) => state === "done"), {
  timeoutMs: 60_000,
});
await api.post("/tokens", { name: "reader", role: "reader" });
await api.post("/tokens", { name: "owner", role: "owner", mailboxIds: [sales.id] });
await api.patch("/settings/notifications", {
  relay: { host: sandbox.host, port: sandbox.smtpPort, security: "none" },
  credentials: { username: at("customer"), password: secrets.relay },
  to: [at("customer")],
});
const webhook = createServer((_, answer) => answer.writeHead(204).end()).listen(0, "127.0.0.1");
await once(webhook, "listening");
const { port: webhookPort } = webhook.address() as AddressInfo;
const subscribed = await api.post<Subscription>("/subscriptions", {
  ...{ name: "ERP", kind: "webhook", url: `http://127.0.0.1:${webhookPort}/`, types: ["mail.received.v1"] },
  signingSecret: { secret: secrets.webhook },
});
const asks = await api.post<Subscription>("/subscriptions", { name: "CRM", kind: "pull" });
const bus = await connectBus({ url: world.stack.natsUrl, name: "record", logger: quiet, isOutage: () => false });
await bus.publish({
  ...{ id: "recorded:1", subject: subjects.timerSet(sales.id), type: "timer.set.v1", at: Date.now() },
  body: { nothing: "of a timer" },
} as unknown as OutgoingMessage);
await eventually(async () => (await api.list("/dead-letters")).length > 0, { timeoutMs: 60_000 });
await bus.stop();
sandbox.deliver(sales.address, mail(sales.address, "told"));
await sync(sales);
await has(sales, "told");
const deliveries = () => api.list<Delivery>("/deliveries", { subscriptionId: subscribed.id });
await eventually(async () => (await deliveries()).some(({ state }) => state === "delivered"), { timeoutMs: 60_000 });
const { last } = await api.get<{ last: number }>(`/subscriptions/${asks.id}/facts?wait=20`);
await api.post(`/subscriptions/${asks.id}/acknowledge`, { last });

const answers = await answersOf(api);
const { mongoUrl, mongoDb } = world.stack;
const store = await connectStore({ url: mongoUrl, database: mongoDb, appName: "record", logger: quiet });
const stored = (name: string) => store.db.collection<{ _id: string }>(name).find().sort({ _id: 1 }).toArray();
// A process that ends takes its own away; one that is killed leaves it.
const journals = await stored("sendJournals");
for (const service of world.stack.services) await service.stop();
const folder = new URL(`../golden/${release}/documents/`, import.meta.url);
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
const keep = (name: string, what: readonly unknown[]) =>
  writeFileSync(new URL(`${name}.json`, folder), `[\n${what.map((one) => JSON.stringify(one)).join(",\n")}\n]\n`);
// Which NATS a database belongs to, and who comes in first, is another each time.
for (const { name } of await store.db.listCollections({ name: { $ne: "deployment" } }).toArray()) {
  const all = name === "sendJournals" ? journals : await stored(name);
  const others = all.filter(({ _id }) => _id !== "tk_bootstrap");
  if (others.length > 0) keep(name, others.map(toJson));
}
keep("answers", [answers]);
// Of an installation that is gone: it opens what is recorded, and nothing else.
copyFileSync(
  join(dirname(world.stack.adminTokenFile), "keys/notify-open-keys.json"),
  new URL(`../golden/${release}/notify-open-keys.json`, import.meta.url),
);
webhook.close();
await store.close();
await world.stop();
