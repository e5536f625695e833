import assert from "node:assert/strict";
import { randomInt, randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import type { ReceivedMessage } from "@mailfleet/contracts";
import type { LinkState } from "@mailfleet/local/testing";
import { enabledMailbox } from "../fleet.ts";
import type { LinkName } from "../links.ts";
import { untilAnswered, untilNothingIsMissing } from "../progress.ts";
import type { Scenario } from "../scenario.ts";
import type { Town } from "../town.ts";

/** Numbers from 0 to 1 that are the same for the same seed (mulberry32). */
function chanceOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const servers: LinkName = "inbound-sync/imap";

/** What can happen, for so long. The server is slow whenever nothing else happens to it, so that there is time for it. */
const breaks: Readonly<Record<string, (town: Town, ms: number, turn: number) => Promise<void>>> = {
  "a reader is killed": (town, _, turn) => kill(town, "inbound-sync", turn),
  "config is killed": (town, _, turn) => kill(town, "config", turn),
  "the scheduler is killed": (town, _, turn) => kill(town, "scheduler", turn),
  "a reader is frozen": async ({ world }, ms, turn) => {
    const reader = world.stack.service("inbound-sync", 1 + (turn % 2));
    reader.kill("SIGSTOP");
    await pause(ms * 4);
    reader.kill("SIGCONT");
  },
  "the server is cut off": (town, ms) => spoil(town, servers, "cut", ms),
  "the server hangs": (town, ms) => spoil(town, servers, "silent", ms),
  "NATS is cut off": (town, ms) => spoil(town, "inbound-sync/nats", "cut", ms),
  "MongoDB is cut off": (town, ms) => spoil(town, "inbound-sync/mongo", "cut", ms),
  "a node of NATS is killed": async ({ nats }, ms, turn) => {
    const member = nats.members[turn % nats.members.length];
    await member?.kill();
    await pause(ms);
    await member?.restart();
    await nats.whole();
  },
  "MongoDB's primary is killed": async ({ mongo }, ms) => {
    const primary = await mongo.primary();
    await primary.kill();
    await pause(ms);
    await primary.restart();
    await mongo.whole();
  },
};

async function kill({ world }: Town, name: "inbound-sync" | "config" | "scheduler", turn: number): Promise<void> {
  const one = world.stack.service(name, 1 + (turn % 2));
  const back = one.restarted();
  one.kill("SIGKILL");
  await back;
}

async function spoil({ links }: Town, link: LinkName, state: Exclude<LinkState, "open">, ms: number): Promise<void> {
  links.set(link, state);
  await pause(ms);
  links.set(link, link === servers ? "slow" : "open");
}

const subjectOf = (n: number) => `by chance ${n}`;

/** Messages from one number to another come to this address. */
function deliver({ world }: Town, address: string, from: number, to: number): void {
  for (let n = from; n < to; n += 1) {
    const head = [`Message-ID: <${n}@chance>`, "From: a@elsewhere.test", `To: ${address}`, `Subject: ${subjectOf(n)}`];
    world.sandbox.deliver(address, Buffer.from([...head, "", "x", ""].join("\r\n")));
  }
}

/** Half of the messages come at once, the others come while at least so many things happen. */
const readThroughChance = (messages: number, turns: number, short: boolean): Scenario => ({
  name: `read ${messages} messages while everything breaks by chance`,
  short,
  seconds: messages / 30,
  replicas: 2,
  uncertainSends: true,
  async disturb(town) {
    const { world, bag, links } = town;
    const seed = Number(process.env.MAILFLEET_FAULT_SEED ?? randomInt(2 ** 31));
    process.stdout.write(`» MAILFLEET_FAULT_SEED=${seed}\n`);
    const chance = chanceOf(seed);
    const address = `chance${seed}@sandbox.test`;
    links.set(servers, "slow");
    const { id } = await enabledMailbox(world, address, {});
    const first = messages / 2;
    deliver(town, address, 0, first);
    const told = () => {
      const keys = [...bag.of("mail.received.v1")].flatMap(([key, { message }]) =>
        message.mailboxId === id ? key : [],
      );
      return keys.length;
    };
    const names = Object.keys(breaks);
    const happened: string[] = [];
    for (let turn = 0; turn < turns; turn += 1) {
      deliver(
        town,
        address,
        first + Math.floor((first * turn) / turns),
        first + Math.floor((first * (turn + 1)) / turns),
      );
      const name = names[Math.floor(chance() * names.length)] as string;
      happened.push(name);
      await breaks[name]?.(town, 200 + chance() * 2500, turn);
      await pause(chance() * 1500);
    }
    links.set(servers, "open");
    await untilNothingIsMissing(async () => (told() < messages ? `${told()} of ${messages} by chance` : ""));
    assert.equal(told(), messages, `announced once each, with seed ${seed}`);
    const stored = await world.api.list<ReceivedMessage>(`/mailboxes/${id}/messages`);
    assert.deepEqual(
      stored.map(({ subject }) => subject).sort(),
      Array.from({ length: messages }, (_, n) => subjectOf(n)).sort(),
      `stored once each, with seed ${seed}`,
    );
    process.stdout.write(`» ${messages} of ${messages}, once, through ${happened.length}: ${happened.join(", ")}\n`);
    const key = { idempotencyKey: randomUUID() };
    await untilAnswered(() => world.api.delete(`/mailboxes/${id}`, key));
  },
});

/** Nobody chooses the moment; the seed is told and makes the same choices again (`MAILFLEET_FAULT_SEED`). */
export const byChance: readonly Scenario[] = [readThroughChance(600, 5, true), readThroughChance(5000, 15, false)];
