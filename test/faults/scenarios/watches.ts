import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import type { Profile } from "@mailfleet/contracts";
import { enabledMailbox } from "../fleet.ts";
import { untilAnswered, untilNothingIsMissing } from "../progress.ts";
import type { Scenario } from "../scenario.ts";
import { lengths, type Town } from "../town.ts";

/** Longer than the lease on all watches of a process. */
const FREEZE_MS = Math.max(lengths.ackWaitMs, lengths.holdMs) + 2000;
const CUT_MS = 4000;
/** How often the server's connections in IDLE are counted. */
const LOOK_MS = 50;
const MAILBOXES = 4;

/** What these receive in a scenario, a watch has heard. */
async function watchedMailboxes(town: Town, what: string) {
  const { world, links, bag } = town;
  const { sandbox, api } = world;
  const [profile] = (await untilAnswered(() => api.list<Profile>("/profiles"))).filter(({ name }) => name === "IMAP");
  if (!profile) throw new Error("there is no profile by IMAP");
  const { inbound, outbound } = profile;
  const started = Date.now().toString(36);
  const key = { idempotencyKey: randomUUID() };
  const settings = { name: `Watched ${started}`, inbound, outbound, minimumPollingIntervalMinutes: 60 };
  const hourly = await untilAnswered(() => api.post<Profile>("/profiles", settings, key));
  const mailboxes = await Promise.all(
    Array.from({ length: MAILBOXES }, (_, n) =>
      enabledMailbox(world, `watched${n}-${started}@sandbox.test`, { profileId: hourly.id }),
    ),
  );
  const ids = new Set(mailboxes.map(({ id }) => id));
  const subjects: string[] = [];
  const told = () =>
    [...bag.of("mail.received.v1").values()].flatMap(({ message }) =>
      ids.has(message.mailboxId ?? "") ? [String((message.body as { subject: string }).subject)] : [],
    );
  let most = 0;
  const counting = setInterval(() => {
    most = Math.max(most, ...mailboxes.map(({ address }) => sandbox.idling(address)));
  }, LOOK_MS);

  const watched = {
    /** One message to each. */
    deliver() {
      for (const { address } of mailboxes) {
        const subject = `${what} ${subjects.length}`;
        subjects.push(subject);
        const head = ["From: a@elsewhere.test", `To: ${address}`, `Subject: ${subject}`];
        sandbox.deliver(address, Buffer.from([...head, "", "x", ""].join("\r\n")));
      }
    },
    /** Everything that was delivered is announced, once. */
    async received() {
      await untilNothingIsMissing(async () => {
        const missing = subjects.filter((subject) => !told().includes(subject));
        return missing.length > 0 ? `${missing.length} of ${subjects.length} not heard by a watch` : "";
      });
      assert.deepEqual(told().sort(), [...subjects].sort(), "what a watch heard is announced once");
    },
    /** Each is watched over one connection. */
    alone: () =>
      untilNothingIsMissing(async () => {
        const others = mailboxes.map(({ address }) => sandbox.idling(address)).filter((count) => count !== 1);
        return others.length > 0 ? `${others.length} of ${MAILBOXES} are watched by ${others.join(", ")}` : "";
      }),
    /** The largest number of connections that waited for one mailbox at the same time; counts anew. */
    most: () => {
      const before = most;
      most = 0;
      return before;
    },
    async end() {
      clearInterval(counting);
      links.set("inbound-sync/nats", "open");
      for (const { id } of mailboxes) {
        const key = { idempotencyKey: randomUUID() };
        await untilAnswered(() => api.delete(`/mailboxes/${id}`, key));
      }
    },
  };
  await watched.alone();
  return watched;
}
type Watched = Awaited<ReturnType<typeof watchedMailboxes>>;

/** What happens to those that watch, of which there are two. Mail that comes meanwhile is announced within it. */
const watches = (name: string, short: boolean, happens: (town: Town, watched: Watched) => Promise<void>): Scenario => ({
  name: `watches: ${name}`,
  short,
  replicas: 2,
  async disturb(town) {
    const watched = await watchedMailboxes(town, name);
    try {
      await happens(town, watched);
      await watched.alone();
      watched.deliver();
      await watched.received();
    } finally {
      await watched.end();
    }
  },
});

const both = [1, 2];

/** A watch moves when its process is gone for longer than the lease, is never held twice, and loses no news. */
export const watchScenarios: readonly Scenario[] = [
  watches("each process that watches is killed", false, async ({ world }, watched) => {
    for (const replica of both) {
      const process_ = world.stack.service("inbound-sync", replica);
      const back = process_.restarted();
      process_.kill("SIGKILL");
      watched.deliver();
      await watched.received();
      await back;
      await watched.alone();
    }
    assert.equal(watched.most(), 1, "a mailbox is never watched twice");
  }),
  watches("each process that watches is frozen for longer than its lease", false, async ({ world }, watched) => {
    for (const replica of both) {
      const process_ = world.stack.service("inbound-sync", replica);
      process_.kill("SIGSTOP");
      try {
        watched.deliver();
        await pause(FREEZE_MS);
        await watched.received();
      } finally {
        process_.kill("SIGCONT");
      }
      await watched.alone();
    }
    // The frozen one cannot close its connections: beside them there is one.
    assert.ok(watched.most() <= 2, "beside a frozen process only one watches");
  }),
  watches("they are cut off from NATS", true, async ({ links }, watched) => {
    links.set("inbound-sync/nats", "cut");
    watched.deliver();
    await pause(CUT_MS);
    links.set("inbound-sync/nats", "open");
    await watched.received();
    assert.equal(watched.most(), 1, "a mailbox is never watched twice");
  }),
];
