import { setTimeout as delay } from "node:timers/promises";
import type { InboundSession } from "@mailfleet/connector-api";
import { GroupCommit, type Lease } from "@mailfleet/kit";
import type { InboundPorts } from "../ports.ts";
import type { WatcherDocument } from "./document.ts";
import { judge } from "./judge.ts";
import { askForRun, type HeldHere, openWatch } from "./open-watch.ts";
import { createPlaces } from "./places.ts";
import { tellDeaf, tellWell } from "./stalled.ts";
import type { FreeWatch, HeldWatch } from "./store.ts";

/** How many are taken in one round. */
const atOnce = 500;
/** How many a process may have: each is a connection, and some memory. */
const mostPerProcess = 5000;
/** A process may have a little more than its fair share before connections are moved. */
const slack = 1.1;
/** Between two whole rounds while no process has come, gone or given watches up. */
const wholeEveryMs = 2000;
/** Between two counts of what each process is due, while none has come or gone and nothing is free. */
const countEveryMs = 30_000;
/** What closes within this time is given up together. */
const gatherMs = 50;
/** So long a process that stops waits until others have its watches: half of what it has. */
const handOverMs = 4000;
/** Between two looks at that. */
const lookMs = 100;
/** Longest time for which a watch that moves is open twice. */
const twiceMs = 3000;

/** The watches of one process. */
export interface Watches {
  /**
   * Takes what is free, ends what is not wanted any more, asks again for runs that did not come: every two seconds, and
   * when another process has come, gone or given watches up. Else it only looks for those.
   */
  round(): Promise<void>;
  /** Whether this mailbox's watch has heard of mail that nobody has fetched yet, and lends its connection for that. */
  lends(mailboxId: string): boolean;
  /** A session over it, once. `null`: not any more. */
  lend(mailboxId: string): Promise<InboundSession | null>;
  /** Ends all of them, and lets others have them. */
  stop(): Promise<void>;
}

const known = new WeakMap<object, Watches>();

/** The watches of the process that has these ports. */
export function watchesOf(ports: InboundPorts): Watches {
  const watches = known.get(ports) ?? createWatches(ports);
  known.set(ports, watches);
  return watches;
}

function createWatches(ports: InboundPorts): Watches {
  const { watches: store, watchers, logger } = ports;
  const here = new Map<string, HeldHere>();
  /** Another process has these, and may not have opened them yet; since when. */
  const moving = new Map<HeldHere, number>();
  const places = createPlaces();
  let lease: Lease<WatcherDocument> | null = null;
  let stopped = false;
  let wholeAt = 0;
  let countedAt = 0;
  let seen = "";

  /** Each time under another name: what was held under the last one may be another's by now. */
  async function join(): Promise<Lease<WatcherDocument> | null> {
    if (lease && !lease.signal.aborted) return lease;
    await closeAll();
    lease = await watchers.take(crypto.randomUUID());
    lease?.signal.addEventListener("abort", () => void closeAll(), { once: true });
    return lease;
  }

  async function closeAll(): Promise<void> {
    const all = [...here.values(), ...moving.keys()];
    here.clear();
    moving.clear();
    await Promise.all(all.map((one) => one.close()));
  }

  function begin(holder: string, { mailboxId, watching }: HeldWatch, beside: boolean): void {
    if (stopped) return;
    const { generation, failures = 0, deaf = 0 } = watching;
    const over = () => here.get(mailboxId) === held && here.delete(mailboxId);
    const held: HeldHere = openWatch(ports, { mailboxId, generation, holder, failures, deaf, places, beside, over });
    here.set(mailboxId, held);
  }

  async function close(mailboxId: string): Promise<void> {
    const one = here.get(mailboxId);
    here.delete(mailboxId);
    await one?.close();
  }

  /** Somebody else may have these, each as soon as its connection is closed. */
  async function giveUp(holder: string, mailboxIds: readonly string[]): Promise<void> {
    if (mailboxIds.length === 0) return;
    const leaving = new GroupCommit(
      async (closed: string[]) => {
        await store.leave(holder, ports.now(), closed);
        await store.tellMoved(holder);
        return closed;
      },
      { gatherMs },
    );
    await Promise.all(mailboxIds.map((mailboxId) => close(mailboxId).then(() => leaving.commit(mailboxId))));
  }

  /** Closes what is needed no more, because another process has opened its own, or has no room for it. */
  async function letGo(holder: string): Promise<void> {
    if (moving.size === 0) return;
    const ids = [...moving.keys()].map(({ mailboxId }) => mailboxId);
    const needed = new Set(await store.notOpened(holder, ids));
    const late = performance.now() - twiceMs;
    for (const [one, since] of moving)
      if (!needed.has(one.mailboxId) || since < late) {
        moving.delete(one);
        void one.close();
      }
  }

  /** Nobody is to watch it, or not now. */
  async function end(holder: string, { mailboxId, watching }: HeldWatch): Promise<void> {
    await close(mailboxId);
    await tellWell(ports, holder, mailboxId, watching.deaf ?? 0);
    await store.note(holder, mailboxId, { holder: null, state: "polling", since: ports.now() });
  }

  async function openAnew(holder: string, one: HeldWatch): Promise<void> {
    await close(one.mailboxId);
    await tellDeaf(ports, holder, one);
  }

  /** What `sources` says and what is open here become the same. */
  async function match(holder: string, held: readonly HeldWatch[], beside?: ReadonlySet<string>): Promise<void> {
    const wanted = new Map(held.map((one) => [one.mailboxId, one]));
    for (const [mailboxId, one] of here) {
      if (wanted.has(mailboxId)) continue;
      here.delete(mailboxId);
      moving.set(one, performance.now());
    }
    const at = ports.now();
    const ending: Promise<void>[] = [];
    const others: string[] = [];
    for (const one of held) {
      const open = here.get(one.mailboxId);
      const { generation, restUntil = 0 } = one.watching;
      if (one.generation === null || restUntil > at) ending.push(end(holder, one));
      else if (one.generation !== generation) others.push(one.mailboxId);
      else if (!open) begin(holder, one, beside?.has(one.mailboxId) ?? false);
      else if (open.openedAt > 0 && judge(open, one.found, at) === "deaf") ending.push(openAnew(holder, one));
      else if (at > open.reopenAt) ending.push(close(one.mailboxId));
      else if (open.heardAt > one.listedAt) void askForRun(ports, open);
    }
    await Promise.all([...ending, giveUp(holder, others)]);
  }

  /** While there are others who stay: what they have not taken in this time is given up. */
  async function handOver(holder: string): Promise<void> {
    await store.tellLeaving(holder);
    const until = performance.now() + handOverMs;
    while (here.size + moving.size > 0 && performance.now() < until) {
      if (!(await store.living()).some((one) => one._id !== holder && !one.leaving)) return;
      // Again each time: a round that was under way may have taken some meanwhile.
      if (await store.offer(holder)) await store.tellOffers(holder, true);
      await match(holder, await store.held(holder));
      await letGo(holder);
      await delay(lookMs);
    }
  }

  return {
    async round() {
      const mine = stopped ? null : await join();
      if (!mine || stopped) return;
      const holder = mine.key;
      await letGo(holder);
      const around = await store.living();
      const now = JSON.stringify(around);
      const changed = now !== seen;
      if (!changed && performance.now() - wholeAt < wholeEveryMs) return;
      wholeAt = performance.now();
      const living = around.map(({ _id }) => _id);
      const staying = around.filter(({ leaving }) => !leaving).length;
      await match(holder, await store.held(holder));
      const at = ports.now();
      const offering = around.filter((one) => one._id !== holder && (one.offers || one.leaving)).map(({ _id }) => _id);
      const free: readonly FreeWatch[] = [
        ...(await store.free(living, at, atOnce)),
        ...(changed && offering.length > 0 ? await store.offered(offering, atOnce) : []),
      ];
      if (!changed && free.length === 0 && wholeAt - countedAt < countEveryMs) return;
      seen = now;
      countedAt = wholeAt;
      const share = Math.min(mostPerProcess, Math.ceil((await store.count(living, at)) / Math.max(1, staying)));
      const surplus = here.size > share * slack + 1 ? [...here.keys()].slice(share) : [];
      const offered = around.some((one) => one._id === holder && one.offers);
      const isNews = surplus.length > 0 ? await store.offer(holder, surplus) : offered;
      if (isNews) await store.tellOffers(holder, surplus.length > 0);
      const taken = free.slice(0, Math.max(0, share - here.size));
      if (taken.length === 0 || stopped) return;
      await store.claim(holder, at, taken);
      const beside = new Set(taken.filter((one) => one.offered).map(({ mailboxId }) => mailboxId));
      if (beside.size > 0) await store.tellMoved(holder);
      await match(holder, await store.held(holder), beside);
      logger.debug({ held: here.size, share }, "watches were taken");
    },

    lends: (mailboxId) => here.get(mailboxId)?.lends() ?? false,
    lend: async (mailboxId) => (await here.get(mailboxId)?.lend()) ?? null,

    async stop() {
      stopped = true;
      if (!lease || lease.signal.aborted) return await closeAll();
      const { key } = lease;
      // If the others cannot be told, they find out when the lease runs out.
      await handOver(key).catch(() => {});
      await giveUp(key, [...here.keys()]).catch(() => {});
      await closeAll();
      await store.leave(key, ports.now()).catch(() => {});
      await lease.release();
    },
  };
}
