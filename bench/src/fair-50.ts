import { join } from "node:path";
import { connectBus } from "@mailfleet/bus";
import type { Mailbox } from "@mailfleet/contracts";
import { subjects } from "@mailfleet/contracts";
import { eventually, mailServers, startDovecot, tempDir } from "@mailfleet/local/testing";
import { addMailbox, type Fleet, plainServer, startFleet } from "./fleet.ts";
import { messageOf4K } from "./message-of-4k.ts";
import { mbsyncRate } from "./peers/mbsync.ts";
import { processTimeMs } from "./process-time.ts";
import type { Figure } from "./report.ts";
import { silent } from "./silent.ts";

const mailboxes = 50;
/** Read before anything is measured: a process that has just started is slower. */
const toWarm = 2000;
const password = "bench";
const addressOf = (n: number) => `fair${n}@example.test`;

/** How much there is to read. */
export interface Amount {
  readonly bench: string;
  readonly messages: number;
  /** In each of the 50 but one, which has all the others. */
  readonly few: number;
  /** Whether mbsync reads the same before. */
  readonly besideMbsync: boolean;
}

/** One mailbox and its mail. */
interface Share {
  readonly mailbox: Mailbox;
  readonly messages: number;
}

/** As much of a mailbox as says that it was read. */
interface Polled {
  readonly directions: { readonly inbound: { readonly activity: { readonly lastRunAt: string | null } | null } };
}

/** When all were asked to read, and when the last message of each was announced. */
interface Round {
  readonly seconds: readonly number[];
  readonly total: number;
  readonly cpuMs: number;
}

/**
 * 50 mailboxes at once beside one that has as much mail as they have together. One of the 50 has half of it: nobody else
 * may wait for it, so none of the others waits longer than twice what it would if each got a fiftieth of the total.
 */
export async function fair50({ bench, messages, few, besideMbsync }: Amount): Promise<Figure | string> {
  const { skip } = await mailServers();
  if (skip) return skip;
  const addresses = Array.from({ length: mailboxes + 2 }, (_, n) => addressOf(n));
  const dovecot = await startDovecot({ users: Object.fromEntries(addresses.map((address) => [address, password])) });
  const given = { receives: true, password };
  const fleet = await startFleet({
    ...{ ...given, address: addressOf(mailboxes) },
    // Nothing is read before it is asked for.
    profile: {
      inbound: { protocol: "imap", ...plainServer(dovecot.ports.imap) },
      outbound: plainServer(25),
      watch: false,
    },
  });
  try {
    const profileId = fleet.mailbox.profileId;
    const add = (address: string) => addMailbox({ api: fleet.api, profileId }, { ...given, address });
    const all: Mailbox[] = [];
    for (const address of addresses.slice(0, mailboxes)) all.push(await add(address));
    const warm = await add(addressOf(mailboxes + 1));
    await enableAll(fleet, [...all, warm, fleet.mailbox]);
    const drop = async (mailbox: Mailbox, count: number): Promise<Share> => {
      await dovecot.drop(mailbox.address, count, (n) => messageOf4K(n, mailbox.address));
      return { mailbox, messages: count };
    };
    const alone = await drop(fleet.mailbox, messages);
    const shares: Share[] = [];
    for (const [n, mailbox] of all.entries())
      shares.push(await drop(mailbox, n === 0 ? messages - few * (mailboxes - 1) : few));
    const floor = besideMbsync ? await floorOf(dovecot.ports.imap, alone, shares) : [];
    await read(fleet, [await drop(warm, toWarm)]);
    const one = await read(fleet, [alone]);
    const many = await read(fleet, shares);
    const fair = (few * mailboxes * many.total) / messages;
    const longest = Math.max(...many.seconds.slice(1));
    return {
      bench,
      value: messages / many.total,
      unit: "messages/s",
      target: Math.round(messages / one.total),
      peer: "one mailbox",
      peerValue: messages / one.total,
      cpuMsPerMessage: many.cpuMs / messages,
      notes: [
        `the last of ${mailboxes - 1} mailboxes with ${few} messages each had them after ${longest.toFixed(2)} s, ` +
          `${(longest / fair).toFixed(2)} times its fair share of ${fair.toFixed(2)} s (at most 2)`,
        `the one with ${messages - few * (mailboxes - 1)} after ${many.seconds[0]?.toFixed(2)} s; ` +
          `one mailbox alone took ${(one.cpuMs / messages).toFixed(2)} ms of CPU a message`,
        ...floor,
      ],
    };
  } finally {
    await fleet.stop();
    await dovecot.stop();
  }
}

/** What mbsync makes of the same mail: in one mailbox, and in 50 at once with a process for each. */
async function floorOf(port: number, alone: Share, shares: readonly Share[]): Promise<string[]> {
  const folder = await tempDir();
  const fetch = ({ mailbox, messages }: Share) =>
    mbsyncRate(join(folder.path, mailbox.id), { port, user: mailbox.address, password }, messages);
  try {
    const one = await fetch(alone);
    if (one === null) return ["mbsync: missing, install isync"];
    const begun = performance.now();
    await Promise.all(shares.map(fetch));
    const many = alone.messages / ((performance.now() - begun) / 1000);
    return [
      `mbsync: ${many.toFixed(0)} messages/s in ${mailboxes} mailboxes at once and ${one.toFixed(0)} in one (${(many / one).toFixed(2)})`,
    ];
  } finally {
    await folder.remove();
  }
}

/** Tests & enables all of them; their tests run side by side. */
async function enableAll({ api }: Fleet, mailboxes: readonly Mailbox[]): Promise<void> {
  for (const { id } of mailboxes) await api.post(`/mailboxes/${id}/test-and-enable`, {});
  const areRunning = async () => {
    const { items } = await api.get<{ items: Mailbox[] }>("/mailboxes?limit=500");
    return items.every(({ lifecycle }) => lifecycle === "enabled.running");
  };
  await eventually(areRunning, { what: "all are enabled", timeoutMs: 180_000, everyMs: 500 });
  // The first poll of each is over, or it would take some of the mail before the clock starts.
  for (const { id } of mailboxes)
    await eventually(
      async () => {
        const { directions } = await api.get<Polled>(`/mailboxes/${id}`);
        return Boolean(directions.inbound.activity?.lastRunAt);
      },
      { what: "the first poll", timeoutMs: 60_000, everyMs: 100 },
    );
}

/** Asks for all of them at once, and waits until everything is announced. */
async function read({ stack, api }: Fleet, shares: readonly Share[]): Promise<Round> {
  const pids = stack.services.map(({ pid }) => pid);
  const bus = await connectBus({ url: stack.natsUrl, name: "bench", logger: silent, isOutage: () => false });
  try {
    const left = new Map(shares.map((share) => [share.mailbox.id, share.messages]));
    const ends = new Map<string, number>();
    const done = Promise.withResolvers<void>();
    await bus.follow({ filters: [subjects.mailFact("*", "received")], deliver: "new" }, ({ type, mailboxId = "" }) => {
      const still = (left.get(mailboxId) ?? 0) - (type === "mail.received.v1" ? 1 : 0);
      left.set(mailboxId, still);
      if (still > 0) return;
      ends.set(mailboxId, performance.now());
      if (ends.size === shares.length) done.resolve();
    });
    const cpuBefore = processTimeMs(pids);
    const begun = performance.now();
    await Promise.all(shares.map(({ mailbox }) => api.post(`/mailboxes/${mailbox.id}/sync-now`, {})));
    await done.promise;
    const seconds = shares.map(({ mailbox }) => ((ends.get(mailbox.id) ?? 0) - begun) / 1000);
    return { seconds, total: Math.max(...seconds), cpuMs: processTimeMs(pids) - cpuBefore };
  } finally {
    await bus.stop();
  }
}
