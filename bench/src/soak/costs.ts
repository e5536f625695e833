import type { SoakArguments } from "./arguments.ts";
import { fitCosts } from "./fit-costs.ts";
import type { Reading, Stored } from "./readings.ts";
import type { Empty, Sighting } from "./sighting.ts";

/** What happens at a mailbox and costs something. */
export const happenings = ["poll", "watchedMessage", "polledMessage", "send"] as const;
export type Happening = (typeof happenings)[number];

/** What is used: a second without a mailbox, an hour of a mailbox at which nothing happens, and each that happens. */
export interface Cost extends Readonly<Record<Happening, number>> {
  readonly emptySecond: number;
  readonly idleMailboxHour: number;
}

/** What a soak found. The model of larger fleets is computed from it (`src/scale`). */
export interface Costs {
  readonly measured: {
    readonly mailboxes: number;
    readonly minutes: number;
    readonly pollSeconds: number;
    readonly inSecond: number;
    readonly outSecond: number;
    readonly load: { readonly mean: number; readonly highest: number };
    readonly counts: Readonly<Record<Happening, number>>;
  };
  /** Processes, by service. */
  readonly replicas: Readonly<Record<string, number>>;
  /** Milliseconds of user and system time, by process group. */
  readonly cpuMs: Readonly<Record<string, Cost>>;
  /** Resident bytes of all replicas, by process group. */
  readonly memory: Readonly<Record<string, { readonly empty: number; readonly mailbox: number }>>;
  readonly mongoOperations: Cost;
  readonly natsMessages: Cost;
  /** Bytes of data and indexes, and on disk, by collection. */
  readonly collections: Readonly<
    Record<
      string,
      { readonly mailbox: number; readonly message: number; readonly diskMailbox: number; readonly diskMessage: number }
    >
  >;
  readonly streams: Readonly<Record<string, { readonly mailbox: number; readonly message: number }>>;
}

/** What happened between two readings, and what was used. */
export interface Interval {
  readonly seconds: number;
  readonly counts: Readonly<Record<Happening, number>>;
  readonly cpuMs: Readonly<Record<string, number>>;
  readonly mongoOperations: number;
  readonly natsMessages: number;
}

const difference = (after: Readonly<Record<string, number>>, before: Readonly<Record<string, number>>) =>
  Object.fromEntries(Object.entries(after).map(([name, value]) => [name, value - (before[name] ?? 0)]));
const sum = (numbers: readonly number[]) => numbers.reduce((all, one) => all + one, 0);
const round = (value: number) => Number(value.toPrecision(4));

/** What was used between two readings, without what happened. */
const usedBetween = (before: Reading, after: Reading) => ({
  seconds: (after.at - before.at) / 1000,
  cpuMs: difference(after.cpuMs, before.cpuMs),
  mongoOperations: after.mongoOperations - before.mongoOperations,
  natsMessages: after.natsMessages - before.natsMessages,
});

/** A session that came at once after a delivery to a watched mailbox belongs to the message, not to the polls. */
export const intervalOf = ({ before, after, town, mail }: Sighting): Interval => ({
  ...usedBetween(before, after),
  counts: {
    poll: town.polls - town.heard,
    watchedMessage: mail.received.watched,
    polledMessage: mail.received.polled,
    send: mail.sent,
  },
});

/** Everything that was found, as costs of a mailbox and of what happens at it. */
export function costsOf(found: {
  readonly given: SoakArguments;
  readonly replicas: Costs["replicas"];
  readonly mailboxes: number;
  readonly empty: Empty;
  readonly intervals: readonly Interval[];
  readonly loads: readonly number[];
  readonly stored: { readonly atStart: Stored; readonly atEnd: Stored };
  readonly last: Reading;
}): Costs {
  const { given, replicas, mailboxes, empty, intervals, loads, stored, last } = found;
  const nothing = usedBetween(empty.before, empty.after);
  const counts = Object.fromEntries(
    happenings.map((kind) => [kind, sum(intervals.map((one) => one.counts[kind]))]),
  ) as Record<Happening, number>;
  const cost = (empty: number, usedIn: (interval: Interval) => number): Cost => {
    const samples = intervals.map((one) => ({ seconds: one.seconds, counts: one.counts, used: usedIn(one) }));
    const { fixed, each } = fitCosts(samples, happenings);
    const idle = (Math.max(0, fixed - empty / nothing.seconds) * 3600) / mailboxes;
    const events = Object.fromEntries(happenings.map((kind) => [kind, round(each[kind] ?? 0)]));
    return {
      emptySecond: round(empty / nothing.seconds),
      idleMailboxHour: round(idle),
      ...(events as Record<Happening, number>),
    };
  };
  const messages = Math.max(1, counts.watchedMessage + counts.polledMessage + counts.send);
  const atLast = last.residentBytes;
  return {
    measured: {
      ...{
        mailboxes,
        minutes: given.minutes,
        pollSeconds: given.pollSeconds,
        inSecond: given.in,
        outSecond: given.out,
      },
      load: { mean: round(sum(loads) / Math.max(1, loads.length)), highest: round(Math.max(...loads)) },
      counts,
    },
    replicas,
    cpuMs: Object.fromEntries(
      Object.keys(last.cpuMs).map((name) => [name, cost(nothing.cpuMs[name] ?? 0, ({ cpuMs }) => cpuMs[name] ?? 0)]),
    ),
    memory: Object.fromEntries(
      Object.entries(atLast).map(([name, bytes]) => {
        const before = empty.after.residentBytes[name] ?? 0;
        return [name, { empty: before, mailbox: round((bytes - before) / mailboxes) }];
      }),
    ),
    mongoOperations: cost(nothing.mongoOperations, ({ mongoOperations }) => mongoOperations),
    natsMessages: cost(nothing.natsMessages, ({ natsMessages }) => natsMessages),
    collections: Object.fromEntries(
      Object.entries(stored.atEnd.collections).map(([name, end]) => {
        const none = { count: 0, bytes: 0, storageBytes: 0, indexBytes: 0 };
        const [zero, start] = [empty.stored.collections[name] ?? none, stored.atStart.collections[name] ?? none];
        const bytes = (one: typeof end) => one.bytes + one.indexBytes;
        const disk = (one: typeof end) => one.storageBytes + one.indexBytes;
        return [
          name,
          {
            mailbox: round((bytes(start) - bytes(zero)) / mailboxes),
            message: round((bytes(end) - bytes(start)) / messages),
            diskMailbox: round((disk(start) - disk(zero)) / mailboxes),
            diskMessage: round((disk(end) - disk(start)) / messages),
          },
        ];
      }),
    ),
    streams: Object.fromEntries(
      Object.entries(stored.atEnd.streams).map(([name, end]) => {
        const [zero, start] = [empty.stored.streams[name]?.bytes ?? 0, stored.atStart.streams[name]?.bytes ?? 0];
        return [name, { mailbox: round((start - zero) / mailboxes), message: round((end.bytes - start) / messages) }];
      }),
    ),
  };
}
