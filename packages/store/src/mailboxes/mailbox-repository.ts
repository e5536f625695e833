import type { HistoryEntry, OutgoingMessage } from "@mailfleet/contracts";
import type { Collection, Filter } from "mongodb";
import { isDuplicateKey, type Store } from "../connect.ts";
import {
  historyLength,
  inboxLength,
  type MailboxCommit,
  type MailboxDocument,
  type MailboxForConnection,
} from "./mailbox-document.ts";
import { mailboxIndexes } from "./mailbox-indexes.ts";
import { type MailboxFilter, mailboxQuery } from "./mailbox-query.ts";

/** A list's item: enough to show the mailbox, without what only its own steps need. */
export type ListedMailbox<Machine> = Omit<MailboxDocument<Machine>, "inbox" | "outbox" | "history">;

/** The collection `mailboxes`, owned by `config`. Every method throws an outage (`isOutage`) while MongoDB is away. */
export interface MailboxRepository<Machine> {
  /** `exists`: the id is taken; `address-taken`: a living mailbox has this address. Nothing was written then. */
  insert(document: MailboxDocument<Machine>): Promise<"inserted" | "exists" | "address-taken">;
  /** The whole document, deleted or not. */
  /**
   * Takes an insert back, as if it had never been; nothing was published of it yet, and nobody has changed it since.
   */
  retract(id: string, v: number): Promise<void>;
  load(id: string): Promise<MailboxDocument<Machine> | null>;
  /** A living mailbox for showing it, by id or by address in any case of letters. */
  find(by: { id: string } | { address: string }): Promise<ListedMailbox<Machine> | null>;
  /**
   * Compare and swap: writes the step if the document still has version `v`, and answers the new document; `null` if
   * somebody was faster; `address-taken` if a living mailbox has the new address.
   */
  commit(
    id: string,
    v: number,
    commit: MailboxCommit<Machine>,
  ): Promise<MailboxDocument<Machine> | "address-taken" | null>;
  /** Takes out what was published, by message id. Does not count as a change. */
  pull(id: string, messageIds: readonly string[]): Promise<void>;
  /** Outboxes with an entry that happened before `before`, oldest first. */
  waitingOutboxes(before: number, limit: number): Promise<{ _id: string; outbox: OutgoingMessage[] }[]>;
  /** Living mailboxes of a profile that have not taken version `v` of it into account. */
  behindProfile(profileId: string, v: number, limit: number): Promise<string[]>;
  /** Living mailboxes that have not taken the rhythms of version `v` of the settings into account. */
  behindRhythm(v: number, limit: number): Promise<string[]>;
  /** Ids of the living mailboxes of a profile with their addresses, in the order of the addresses. */
  ofProfile(profileId: string): Promise<{ id: string; address: string }[]>;
  /** Addresses of living mailboxes by id; those that do not exist are missing. */
  addresses(ids: readonly string[]): Promise<Map<string, string>>;
  /** Number of living mailboxes by profile. */
  countByProfile(profileIds: readonly string[]): Promise<Map<string, number>>;
  /** A page in the order of the addresses; `next` continues after it, also when others come and go in between. */
  list(
    filter: MailboxFilter,
    page: { limit: number; cursor?: string },
  ): Promise<{ items: ListedMailbox<Machine>[]; next: string | null }>;
  /** What a connection is built from; a projection, because workers ask before each run. */
  forConnection(id: string): Promise<MailboxForConnection<Machine> | null>;
  /** Transitions, newest first; `null` if there is no such living mailbox. */
  history(id: string): Promise<HistoryEntry[] | null>;
  /** Living mailboxes whose timers need a check, the most overdue first. */
  toRearm(before: number, limit: number): Promise<MailboxDocument<Machine>[]>;
  /** The next look at the timers of a mailbox that has not moved on since version `v`. */
  rearmed(id: string, v: number, next: number): Promise<void>;
  /** Living mailboxes by life-cycle word, for metrics. */
  countByLifecycle(): Promise<Record<string, number>>;
}

const shown = { inbox: 0, outbox: 0, history: 0 } as const;

/** Makes the indexes, then the repository. */
export async function createMailboxRepository<Machine>(store: Store): Promise<MailboxRepository<Machine>> {
  type Document = MailboxDocument<Machine>;
  const mailboxes: Collection<Document> = store.db.collection("mailboxes");
  await mailboxes.createIndexes(mailboxIndexes);
  // The driver's types cannot see through a type parameter; these two name what they hide.
  const where = (filter: Record<string, unknown>) => filter as Filter<Document>;
  const byId = (_id: string, more: Record<string, unknown> = {}) => where({ _id, ...more });

  return {
    async insert(document) {
      try {
        await mailboxes.insertOne(document as Parameters<typeof mailboxes.insertOne>[0]);
        return "inserted";
      } catch (error) {
        if (!isDuplicateKey(error)) throw error;
        return (await mailboxes.countDocuments(byId(document._id), { limit: 1 })) > 0 ? "exists" : "address-taken";
      }
    },

    async retract(id, v) {
      await mailboxes.deleteOne(byId(id, { v }));
    },

    async load(id) {
      return (await mailboxes.findOne(byId(id))) as Document | null;
    },

    async find(by) {
      const filter = "id" in by ? byId(by.id, { living: true }) : where(byAddress(by.address));
      return (await mailboxes.findOne(filter, { projection: shown })) as ListedMailbox<Machine> | null;
    },

    async commit(id, v, commit) {
      try {
        const updated = await mailboxes.findOneAndUpdate(byId(id, { v }), commitUpdate(v, commit) as never, {
          returnDocument: "after",
        });
        return updated as Document | null;
      } catch (error) {
        if (isDuplicateKey(error)) return "address-taken";
        throw error;
      }
    },

    async pull(id, messageIds) {
      await mailboxes.updateOne(byId(id), { $pull: { outbox: { id: { $in: [...messageIds] } } } } as never);
    },

    async waitingOutboxes(before, limit) {
      // The partial index serves only a query that repeats its condition.
      const filter = where({ "outbox.0": { $exists: true }, "outbox.at": { $lt: before } });
      const found = await mailboxes
        .find(filter, { projection: { outbox: 1 } })
        .sort({ "outbox.at": 1 })
        .limit(limit)
        .toArray();
      return found as unknown as { _id: string; outbox: OutgoingMessage[] }[];
    },

    async behindProfile(profileId, v, limit) {
      const filter = where({ living: true, "configuration.profileId": profileId, profileV: { $lt: v } });
      const found = await mailboxes
        .find(filter, { projection: { _id: 1 } })
        .limit(limit)
        .toArray();
      return found.map((document) => String(document._id));
    },

    async behindRhythm(v, limit) {
      const filter = where({ living: true, rhythmV: { $lt: v } });
      const found = await mailboxes
        .find(filter, { projection: { _id: 1 } })
        .limit(limit)
        .toArray();
      return found.map((document) => String(document._id));
    },

    async ofProfile(profileId) {
      return addressesOf(where({ living: true, "configuration.profileId": profileId }));
    },

    async addresses(ids) {
      const found = await addressesOf(where({ _id: { $in: [...ids] }, living: true }));
      return new Map(found.map(({ id, address }) => [id, address]));
    },

    async countByProfile(profileIds) {
      const counted = await mailboxes
        .aggregate<{ _id: string; n: number }>([
          { $match: { living: true, "configuration.profileId": { $in: [...profileIds] } } },
          { $group: { _id: "$configuration.profileId", n: { $sum: 1 } } },
        ])
        .toArray();
      return new Map(counted.map(({ _id, n }) => [_id, n]));
    },

    async list(filter, { limit, cursor }) {
      const found = (await mailboxes
        .find(mailboxQuery<Machine>(filter, cursor), { projection: shown })
        .sort({ addressKey: 1 })
        .limit(limit + 1)
        .toArray()) as unknown as ListedMailbox<Machine>[];
      const items = found.slice(0, limit);
      return { items, next: found.length > limit ? (items.at(-1)?.addressKey ?? null) : null };
    },

    async forConnection(id) {
      const projection = { configuration: 1, ownership: 1, profileV: 1, machine: 1 };
      const found = await mailboxes.findOne(byId(id, { living: true }), { projection });
      return found as MailboxForConnection<Machine> | null;
    },

    async history(id) {
      const found = await mailboxes.findOne(byId(id, { living: true }), { projection: { history: 1 } });
      return found ? [...found.history].reverse() : null;
    },

    async toRearm(before, limit) {
      const filter = where({ rearmAt: { $exists: true, $lt: before }, living: true });
      const found = await mailboxes.find(filter).sort({ rearmAt: 1 }).limit(limit).toArray();
      return found as unknown as Document[];
    },

    async rearmed(id, v, next) {
      await mailboxes.updateOne(byId(id, { v }), { $set: { rearmAt: next } } as never);
    },

    async countByLifecycle() {
      const counted = await mailboxes
        .aggregate<{ _id: string; n: number }>([
          { $match: { living: true } },
          { $group: { _id: "$status.lifecycle", n: { $sum: 1 } } },
        ])
        .toArray();
      return Object.fromEntries(counted.map(({ _id, n }) => [_id, n]));
    },
  };

  async function addressesOf(filter: Filter<Document>) {
    const found = await mailboxes
      .find(filter, { projection: { "configuration.address": 1 } })
      .sort({ addressKey: 1 })
      .toArray();
    return found.map((document) => ({ id: String(document._id), address: document.configuration.address }));
  }
}

const byAddress = (address: string) => ({ addressKey: address.toLowerCase(), living: true });

/** One step as an update of the document: what changes is set, what is added is pushed and the oldest cut off. */
function commitUpdate<Machine>(v: number, commit: MailboxCommit<Machine>) {
  const { inbox, outbox, history, rearmAt, expireAt, ...set } = commit;
  const unset: Record<string, ""> = {};
  if (rearmAt === undefined) unset.rearmAt = "";
  if (expireAt !== undefined) unset.living = "";
  return {
    $set: {
      ...set,
      ...(rearmAt === undefined ? {} : { rearmAt }),
      ...(expireAt === undefined ? {} : { expireAt }),
      addressKey: commit.configuration.address.toLowerCase(),
      v: v + 1,
    },
    ...(Object.keys(unset).length > 0 ? { $unset: unset } : {}),
    $push: {
      inbox: { $each: inbox, $slice: -inboxLength },
      outbox: { $each: outbox },
      history: { $each: history, $slice: -historyLength },
    },
  };
}
