import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import type { Cost, Costs } from "../soak/costs.ts";
import { documentUrl, withTables } from "./document.ts";
import { fleets, measured } from "./fleets.ts";
import { type Fleet, needsOf } from "./scale.ts";

const none: Cost = { emptySecond: 0, idleMailboxHour: 0, poll: 0, watchedMessage: 0, polledMessage: 0, send: 0 };
const names = ["config", "scheduler", "inbound-sync", "outbound-send", "alerting", "console", "MongoDB", "NATS"];
const cheap: Costs = {
  measured: {
    ...{ mailboxes: 1000, minutes: 10, pollSeconds: 300, inSecond: 1, outSecond: 1, load: { mean: 1, highest: 1 } },
    counts: { poll: 1, watchedMessage: 1, polledMessage: 1, send: 1 },
  },
  replicas: {},
  cpuMs: Object.fromEntries(names.map((name) => [name, none])),
  memory: {},
  mongoOperations: none,
  natsMessages: none,
  collections: {},
  streams: {},
};
const fleet: Fleet = {
  ...{ mailboxes: 300_000, watchedShare: 0.5, pollSeconds: 300, inDay: 86.4, outDay: 43.2, keptDays: 30 },
  providerSeconds: 2,
};

test("rates follow from the number of mailboxes", () => {
  const { polls, received, sent, connections } = needsOf(cheap, fleet);
  assert.deepEqual([polls, received, sent].map(Math.round), [1000, 300, 150]);
  assert.equal(connections.held, 150_000);
  assert.equal(Math.round(connections.underWay), 2300);
});

test("each thing that happens adds its cost", () => {
  const config = { ...none, idleMailboxHour: 12, poll: 2, watchedMessage: 3, polledMessage: 1, send: 4 };
  const { services } = needsOf({ ...cheap, cpuMs: { ...cheap.cpuMs, config } }, fleet);
  // 300,000 mailboxes: 1 core idle; 1,000 polls: 2; 150 watched messages: 0.45; 150 polled: 0.15; 150 sends: 0.6.
  assert.equal(services.config.cores.toFixed(2), "4.20");
  assert.equal(services.config.replicas, 9);
});

test("the waiting connections of a process are limited", () => {
  assert.equal(needsOf(cheap, fleet).services["inbound-sync"].replicas, 30);
});

test("mail is kept for its days; what shrank meanwhile counts as nothing", () => {
  const none = { diskMailbox: 0, diskMessage: 0 };
  const collections = {
    messages: { mailbox: 0, message: 1024, ...none },
    mailboxes: { mailbox: 2048, message: -90, ...none },
    alerts: { mailbox: -10, message: 500, ...none },
  };
  const { mongo } = needsOf({ ...cheap, collections }, fleet);
  assert.equal(mongo.dataBytes, 300_000 * 2048);
  assert.equal(Math.round(mongo.keptBytes), Math.round(300_000 * 129.6 * 30 * 1024));
});

test("what a process takes without a mailbox is lost for each of them", () => {
  const scheduler = { ...none, emptySecond: 400, poll: 1 };
  const { replicas, cores } = needsOf(
    { ...cheap, replicas: { scheduler: 2 }, cpuMs: { ...cheap.cpuMs, scheduler } },
    fleet,
  ).services.scheduler;
  assert.equal(replicas, 4);
  assert.equal(cores.toFixed(2), "1.80");
});

test("the size limit of FACTS shortens how far they reach back", () => {
  const { nats } = needsOf({ ...cheap, streams: { FACTS: { mailbox: 0, message: 1024 } } }, fleet);
  assert.equal((nats.factBytesDay / 1024 ** 3).toFixed(1), "37.1");
  assert.equal(nats.factDays.toFixed(3), "0.054");
});

test("the tables of docs/scale.md are what is computed (node bench/scripts/write-scale.ts)", () => {
  const text = readFileSync(documentUrl, "utf8");
  assert.equal(withTables(text, measured, fleets), text);
});
