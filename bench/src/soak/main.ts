/** `npm run soak`: many mailboxes for a long time, with what they cost. */

import { readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { connectBus } from "@mailfleet/bus";
import { ApiClient } from "@mailfleet/client";
import { startStack } from "@mailfleet/local";
import { endWithParent } from "@mailfleet/local/testing";
import { silent } from "../silent.ts";
import { type SoakArguments, soakArguments, soakUsage } from "./arguments.ts";
import { hostsFor, makeFleet } from "./make-fleet.ts";
import { measure } from "./measure.ts";
import { openGauges } from "./readings.ts";
import { startTown } from "./start-town.ts";

const replicas = { "inbound-sync": 3, "outbound-send": 3, config: 2, scheduler: 2, alerting: 1, console: 1 } as const;
/**
 * Where a machine does other things too, a process may not run for seconds. Leases that are lost then are taken anew, which
 * is work that makes it worse.
 */
const env = { MAILFLEET_LEASE_MS: "30000" };
/** Enough for the start of the services to be over. */
const settleMs = 20_000;
const emptyMs = 60_000;
/** Of the time that everything may take. */
const makingShare = 0.25;
/** What is under way at the end has a poll's interval and this. */
const lastSettleMs = 60_000;

const cleanups: (() => Promise<void>)[] = [];
const stop = async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
};

async function soak(given: SoakArguments): Promise<void> {
  const say = (text: string) => console.error(`${new Date().toISOString().slice(11, 19)} ${text}`);
  const begun = Date.now();
  const hosts = hostsFor(given.mailboxes);
  const town = await startTown(hosts);
  cleanups.push(() => town.stop());
  const stack = await startStack({ dataDir: ".local/soak", fresh: true, logs: "none", consolePort: 0, replicas, env });
  cleanups.push(() => stack.stop());
  const api = new ApiClient({ url: stack.consoleUrl, token: readFileSync(stack.adminTokenFile, "utf8").trim() });
  const bus = await connectBus({ url: stack.natsUrl, name: "soak", logger: silent, isOutage: () => false });
  cleanups.push(() => bus.stop());
  const gauges = await openGauges(stack, { "mail servers": town.pid, soak: process.pid });
  cleanups.push(() => gauges.close());
  await api.patch("/settings", { retryPolicy: { pollMs: given.pollSeconds * 1000 } });
  say("without mailboxes …");
  await pause(settleMs);
  const empty = {
    before: await gauges.read(),
    after: await pause(emptyMs).then(() => gauges.read()),
    stored: await gauges.stored(),
  };
  const enabled = async () => {
    const url = `http://127.0.0.1:${stack.service("config").httpPort}/metrics`;
    const text = await fetch(url)
      .then((answer) => answer.text())
      .catch(() => "");
    const words = text.matchAll(/^mailfleet_mailbox_living\{lifecycle="enabled\.[^}]*\} (\d+)/gm);
    return [...words].reduce((sum, [, count]) => sum + Number(count), 0);
  };
  const { within } = given;
  const beginUntil = begun + within * 60_000 * makingShare;
  const mailboxes = await makeFleet({ api, town, hosts }, { mailboxes: given.mailboxes, beginUntil, enabled }, say);
  const leftMs = given.pollSeconds * 1000 + lastSettleMs;
  await measure(
    {
      api,
      bus,
      town,
      gauges,
      mailboxes,
      empty,
      replicas,
      settleMs: leftMs,
      endBy: begun + within * 60_000 - leftMs,
      say,
    },
    given,
  );
}

let given: SoakArguments;
try {
  given = soakArguments(process.argv.slice(2));
} catch (error) {
  console.error(`${(error as Error).message}\n${soakUsage}`);
  process.exit(2);
}
endWithParent(stop, 130);
const failed = await soak(given).then(
  () => false,
  (error: unknown) => {
    console.error(error);
    return true;
  },
);
await stop();
process.exit(failed ? 1 : 0);
