import { directions, type Part } from "@mailfleet/contracts";
import { type Index, living } from "@mailfleet/kit";
import { type Collection, type Document, type Filter, groupReads, type Store } from "@mailfleet/store";
import type { MailboxForConnection, ShownMailbox, StoredMailbox } from "./body.ts";
import { mailboxQuery } from "./list-query.ts";

/** The collection of mailboxes; the kit keeps its documents, here are the questions that only mailboxes are asked. */
export const mailboxCollection = "mailboxes";

/** Indexes in addition to the kit's. Partial ones serve only queries that repeat their condition. */
export const mailboxIndexes: readonly Index[] = [
  // One living mailbox per address; the address of a deleted one is free again.
  { name: "address", keys: { addressKey: 1 }, unique: true, where: living },
  // "Which mailboxes have not taken over their profile's last change?"
  { name: "profile", keys: { "configuration.profileId": 1, profileV: 1 }, where: living },
  { name: "rhythm", keys: { rhythmV: 1 }, where: living },
  { name: "lifecycle", keys: { "status.lifecycle": 1, addressKey: 1 }, where: living },
  { name: "rearm", keys: { rearmAt: 1 }, where: { rearmAt: { $exists: true } } },
];

/** How many mailboxes of a profile are meant to work, and how many of them do not. */
export interface Failing {
  readonly all: number;
  readonly failing: number;
}

/** Words of mailboxes that have worked and do not, and of those that work; the others are not meant to, or never did. */
const fails = [
  "enabled.retrying",
  "enabled.degraded",
  "disabled.credentialsExpired",
  "disabled.consentExpired",
  "disabled.failed",
] as const;
const works = ["testing", "enabled.running"] as const;

/** Questions about many mailboxes, or about a part of one. Every method throws an outage while the database is away. */
export function createMailboxStore(store: Store) {
  const mailboxes: Collection<StoredMailbox> = store.db.collection<StoredMailbox>(mailboxCollection);
  const where = (filter: Document) => ({ ...filter, living: true }) as Filter<StoredMailbox>;
  const idsOf = async (filter: Filter<StoredMailbox>, limit: number) => {
    const found = await mailboxes
      .find(filter, { projection: { _id: 1 } })
      .limit(limit)
      .toArray();
    return found.map(({ _id }) => String(_id));
  };
  const addressesOf = async (filter: Filter<StoredMailbox>, limit = 0) => {
    const found = await mailboxes
      .find(filter, { projection: { "configuration.address": 1 } })
      .sort({ addressKey: 1 })
      .limit(limit)
      .toArray();
    return found.map(({ _id, configuration }) => ({ id: String(_id), address: configuration.address }));
  };
  const countBy = async (path: string, filter: Filter<StoredMailbox>) => {
    const counted = await mailboxes
      .aggregate<{ _id: string; n: number }>([{ $match: filter }, { $group: { _id: `$${path}`, n: { $sum: 1 } } }])
      .toArray();
    return new Map(counted.map(({ _id, n }) => [_id, n]));
  };

  const forConnection = groupReads(mailboxes, {
    filter: where({}),
    projection: { configuration: 1, profileV: 1, machine: 1, ownership: 1, takeOver: 1 },
  });

  return {
    /** By address, in any case of letters. */
    find: (address: string) =>
      mailboxes.findOne(where({ addressKey: address.toLowerCase() }), {
        projection: { handled: 0, outbox: 0, history: 0 },
      }) as Promise<ShownMailbox | null>,
    /** What a worker's question about a connection needs: neither history nor what was handled. */
    forConnection: forConnection as (id: string) => Promise<MailboxForConnection | null>,
    /** The last transitions, newest first; `null`: there is no such mailbox. */
    async history(id: string) {
      const found = await mailboxes.findOne(where({ _id: id }), { projection: { history: 1 } });
      return found && [...found.history].reverse();
    },
    /** Ids of mailboxes that have not taken over this version of their profile. */
    behindProfile: (profileId: string, v: number, limit: number) =>
      idsOf(where({ "configuration.profileId": profileId, profileV: { $lt: v } }), limit),
    /** Ids of mailboxes that have not taken over the intervals of this version of the settings. */
    behindRhythm: (v: number, limit: number) => idsOf(where({ rhythmV: { $lt: v } }), limit),
    /** Ids and addresses of those that a filter finds, by address; at most so many. */
    found: (filter: Document, limit: number) => addressesOf(where(filter), limit),
    /** Addresses by id; absent: there is no such mailbox. */
    async addresses(ids: readonly string[]) {
      const found = await addressesOf(where({ _id: { $in: [...ids] } }));
      return new Map(found.map(({ id, address }) => [id, address]));
    },
    /** How those with these addresses are configured, by address in lower case; absent: there is none. */
    async configured(addresses: readonly string[]) {
      const keys = addresses.map((address) => address.toLowerCase());
      const found = await mailboxes
        .find(where({ addressKey: { $in: keys } }), { projection: { addressKey: 1, configuration: 1 } })
        .toArray();
      return new Map(
        found.map(({ _id, addressKey, configuration }) => [addressKey, { id: String(_id), configuration }]),
      );
    },
    /** As they are shown, by id; absent: there is no such mailbox. */
    async shown(ids: readonly string[]) {
      const filter = where({ _id: { $in: [...ids] } });
      const found = await mailboxes.find(filter, { projection: { handled: 0, outbox: 0, history: 0 } }).toArray();
      return new Map((found as ShownMailbox[]).map((mailbox) => [mailbox._id, mailbox]));
    },
    /** How their tests are and came out, by id; absent: there is no such mailbox. */
    async tests(ids: readonly string[]) {
      const ends = directions.flatMap((one) => [`lastTests.${one}.at`, `lastTests.${one}.outcome`]);
      const projection = { machine: 1, ...Object.fromEntries(ends.map((path) => [path, 1])) };
      const found = await mailboxes.find(where({ _id: { $in: [...ids] } }), { projection }).toArray();
      return new Map(found.map((mailbox) => [String(mailbox._id), mailbox]));
    },
    /** Ownership numbers by id; absent: there is no such mailbox. */
    async ownerships(ids: readonly string[]) {
      const found = await mailboxes.find(where({ _id: { $in: [...ids] } }), { projection: { ownership: 1 } }).toArray();
      return new Map(found.map(({ _id, ownership }) => [String(_id), ownership]));
    },
    countByProfile: (ids: readonly string[]) =>
      countBy("configuration.profileId", where({ "configuration.profileId": { $in: [...ids] } })),
    /** By profile: how many mailboxes are meant to work, and how many of them do not. */
    async countFailing() {
      const failing = { $in: ["$status.lifecycle", [...fails]] };
      const counted = await mailboxes
        .aggregate<{ _id: string } & Failing>([
          { $match: where({ "status.lifecycle": { $in: [...fails, ...works] } }) },
          {
            $group: {
              _id: "$configuration.profileId",
              all: { $sum: 1 },
              failing: { $sum: { $cond: [failing, 1, 0] } },
            },
          },
        ])
        .toArray();
      return new Map(counted.map(({ _id, ...counts }) => [_id, counts]));
    },
    /** Of all, or of a part of the fleet. */
    countByLifecycle: async (within: Part = {}) =>
      Object.fromEntries(await countBy("status.lifecycle", where(mailboxQuery({ within }).filter as Document))),
    /** Mailboxes whose timers need a check. */
    toRearm: (before: number, limit: number) =>
      mailboxes
        .find(where({ rearmAt: { $exists: true, $lt: before } }))
        .sort({ rearmAt: 1 })
        .limit(limit)
        .toArray() as Promise<StoredMailbox[]>,
    /** All in the order of their ids, behind `after`. */
    page: (after: string, limit: number) =>
      mailboxes
        .find(where({ _id: { $gt: after } }), { projection: { handled: 0, outbox: 0, history: 0 } })
        .sort({ _id: 1 })
        .limit(limit)
        .toArray() as Promise<ShownMailbox[]>,
    /** Deleted ones that are still remembered. */
    removed: (after: string, limit: number) =>
      mailboxes
        .find({ _id: { $gt: after }, expireAt: { $exists: true } } as Filter<StoredMailbox>, {
          projection: { _id: 1, v: 1, changedAt: 1 },
        })
        .sort({ _id: 1 })
        .limit(limit)
        .toArray() as Promise<Pick<StoredMailbox, "_id" | "v" | "changedAt">[]>,
    /** Their timers were looked after in this version; a later version has set its own time. */
    async rearmed(id: string, v: number, next: number) {
      await mailboxes.updateOne(where({ _id: id, v }), { $set: { rearmAt: next } });
    },
  };
}
export type MailboxStore = ReturnType<typeof createMailboxStore>;
