import {
  type OutgoingMessage,
  ProblemError,
  type RequestArguments,
  type Send,
  type SendState,
  subjectFits,
  wantedKeys,
} from "@mailfleet/contracts";
import { byTime, GroupCommit, readPage } from "@mailfleet/kit";
import {
  type AnyBulkWriteOperation,
  type Collection,
  type Filter,
  findPage,
  type Store,
  searchPage,
  writeEach,
  writeFates,
} from "@mailfleet/store";
import { collections } from "../collections.ts";
import type {
  Afterwards,
  Answered,
  DueSend,
  NewSend,
  SendChange,
  SendName,
  SentSend,
  StoredSend,
  Undelivered,
} from "./send.ts";
import {
  byId,
  claimFor,
  dueSend,
  insertedSend,
  readSend,
  type SendDocument,
  sentFor,
  those,
  updateFor,
} from "./send-document.ts";

/** What became of a new send: stored now, or there already under its idempotency key (or its id). */
export type Accepted = { readonly stored: true } | { readonly stored: false; readonly existing: StoredSend };

const onNormalWay: ReadonlySet<SendState> = new Set(["accepted", "sending", "sent"]);
const withoutBytes = { raw: 0 } as const;

/**
 * The collection `sends`. All writes of the normal way are one statement for many sends, because a statement of its
 * own for each costs the database more than everything else together. Every method throws an outage while MongoDB is
 * away. `owner` makes ids of changes.
 */
export function createSendStore(store: Store, owner: string) {
  const sends: Collection<SendDocument> = store.db.collection<SendDocument>(collections.sends.name);
  let counter = 0;
  const changeIds = new WeakMap<SendChange, string>();

  const accepting = new GroupCommit<SendDocument, Accepted>((documents) => insertAll(sends, documents), {
    parallel: 2,
    gatherMs: 2,
  });

  /** Which of these sends updates reached, as `found` reads it, and what refused one, perhaps only for some. */
  const reach = async (
    some: readonly SendName[],
    updates: readonly AnyBulkWriteOperation<SendDocument>[],
    found: Filter<SendDocument>,
  ) => {
    const { modified, refused } = await writeEach(sends, updates);
    if (modified === some.length) return { reached: new Set(some.map(({ sendId }) => sendId)), refused: null };
    const reached = await sends.find({ ...those(some), ...found }, { projection: { _id: 1 }, hint: byId }).toArray();
    return { reached: new Set(reached.map(({ _id }) => _id)), refused: refused.find((one) => one !== null) ?? null };
  };

  const changing = new GroupCommit<SendChange & { changeId: string }, boolean | Error>(async (changes) => {
    const { matched, refused } = await writeEach(sends, changes.map(updateFor));
    if (matched === changes.length) return changes.map(() => true);
    const found = await sends.find(those(changes), { projection: { changeId: 1 }, hint: byId }).toArray();
    const lastChange = new Map(found.map((document) => [document._id, document.changeId]));
    return changes.map(({ sendId, changeId }, n) => lastChange.get(sendId) === changeId || (refused[n] ?? false));
  });

  const publishing = new GroupCommit<{ sendId: string; messageId: string }, null>(async (entries) => {
    await sends.updateMany(
      { _id: { $in: [...new Set(entries.map(({ sendId }) => sendId))] } },
      { $pull: { outbox: { id: { $in: entries.map(({ messageId }) => messageId) } } } },
      // Forgotten in a crash, it is published once more with the same id: not worth a wait for the journal.
      { writeConcern: { w: 1, journal: false } },
    );
    return entries.map(() => null);
  });

  return {
    /** Durable when it returns (majority, journal). The send is in `accepted`, and due. */
    accept: (send: NewSend) => accepting.commit(insertedSend(send)),

    /** Whose turn it is in a mailbox by this time, in order; `from` is the `due` of the last one that was seen. */
    due: async (mailboxId: string, by: number, limit: number, from?: number) => {
      const range = from === undefined ? {} : { $gte: from };
      const found = await sends
        .find({ mailboxId, due: { ...range, $lte: by } }, { projection: { outbox: 0 } })
        .sort({ due: 1, _id: 1 })
        .limit(limit)
        .batchSize(limit)
        .toArray();
      return found.map(dueSend);
    },

    /**
     * Writes down that an attempt starts, before anything of it is on the wire; gives those that this process got. With
     * the same `batch` it may be repeated after an error.
     */
    claim: async (
      due: readonly DueSend[],
      { owner: by, batch, now }: { owner: string; batch: string; now: number },
    ) => {
      const groups = Map.groupBy(due, (send) => `${send.state} ${send.attempt}`);
      const updates = [...groups.values()].map((group) => claimFor(group, { owner: by, startedAt: now, batch }));
      const all = due.map(({ id: sendId, mailboxId }) => ({ sendId, mailboxId }));
      const claimed = await reach(all, updates, { "claim.batch": batch, state: "sending" });
      if (claimed.refused && claimed.reached.size === 0) throw claimed.refused;
      const made = { state: "sending" as const, claim: { owner: by, startedAt: now }, nextAttemptAt: null };
      return due
        .filter(({ id }) => claimed.reached.has(id))
        .map((send) => ({ ...send, ...made, attempt: send.attempt + 1, changedAt: now }));
    },

    /**
     * Many results at once; ids of those that were written, now or by an earlier try with this `batch`. What the database
     * refuses for one may keep others from being written: each is then changed by itself.
     */
    sent: async (results: readonly SentSend[], batch: string, at: number) =>
      (await reach(results, [sentFor(results, batch, at)], { changeId: batch })).reached,

    /** True if the change was made, now or by an earlier try with this same object. Throws what refused it. */
    change: async (change: SendChange) => {
      const changeId = changeIds.get(change) ?? `${owner}:${++counter}`;
      changeIds.set(change, changeId);
      const made = await changing.commit({ ...change, changeId });
      if (made instanceof Error) throw made;
      return made;
    },

    /** Claimed, and certainly nothing of them was sent: their turn again. */
    giveBack: async (some: readonly SendName[], by: string) => {
      if (some.length === 0) return;
      await sends.updateMany(
        { ...those(some), "claim.owner": by, state: "sending" },
        [{ $set: { state: "accepted", due: "$acceptedAt" } }, { $unset: ["claim"] }],
        { hint: byId },
      );
    },

    /** An answer to an earlier attempt, while another one is under way. False: none is. */
    noteLate: async (sendId: string, late: NonNullable<StoredSend["late"]>) =>
      (await sends.updateMany({ _id: sendId, state: "sending" }, { $set: { late } })).matchedCount > 0,

    get: async (sendId: string) => {
      const document = await sends.findOne({ _id: sendId }, { projection: withoutBytes });
      return document && readSend(document);
    },

    /** What was accepted under an idempotency key. */
    ofKey: async (mailboxId: string, idempotencyKey: string) => {
      const document = await sends.findOne({ mailboxId, idempotencyKey }, { projection: withoutBytes });
      return document && readSend(document);
    },

    some: async (sendIds: readonly string[]) =>
      (await sends.find({ _id: { $in: [...sendIds] } }, { projection: withoutBytes }).toArray()).map(readSend),

    list: (input: RequestArguments<"outbound-send.send.list">, show: (send: StoredSend) => Send) => {
      const { mailboxId, state, sort } = input;
      const filter = {
        ...(mailboxId ? { mailboxId } : {}),
        ...(state ? { state } : {}),
        ...(state && !onNormalWay.has(state) ? { attention: state } : {}),
      };
      return readPage(
        input,
        { filter, sort: byTime("acceptedAt", sort) },
        (query) => findPage(sends, query, { projection: withoutBytes }),
        (found) => found.map((one) => show(readSend(one))),
      );
    },

    /** Newest first; see `searchPage`. Of those named, a recipient has fewer than the sender, who is mostly the mailbox. */
    search: async ({ limit, cursor, ...wanted }: RequestArguments<"outbound-send.send.search">) => {
      const { mailboxId, subject, since } = wanted;
      const [key, ...keys] = wantedKeys(wanted, "to");
      const byMailbox =
        mailboxId === undefined ? { index: "newest", where: {} } : { index: "ofMailbox", where: { mailboxId } };
      const { items, next } = await searchPage(sends, {
        ...(key === undefined ? byMailbox : { index: "findBy", where: { findBy: key } }),
        ...{ at: "acceptedAt", without: ["raw", "outbox"], since, cursor, limit },
        fits: (one) =>
          (mailboxId === undefined || one.mailboxId === mailboxId) &&
          keys.every((other) => one.findBy?.includes(other)) &&
          subjectFits(one.subject, subject),
      });
      return { items: items.map(readSend), next };
    },

    /** Sends of a mailbox that have this key, accepted since then; two at most: who needs one need not know the others. */
    byKey: async (mailboxId: string, key: string, since: number) => {
      const found = await sends
        .find({ findBy: key, acceptedAt: { $gte: since }, mailboxId }, { projection: withoutBytes })
        .hint("findBy")
        .sort({ acceptedAt: -1, _id: -1 })
        .limit(2)
        .toArray();
      return found.map(readSend);
    },

    /** The newest sends of a mailbox that have one of these keys; at most 20. */
    byKeys: async (mailboxId: string, keys: readonly string[]) => {
      const found = await sends
        .find({ findBy: { $in: [...keys] }, mailboxId }, { projection: withoutBytes })
        .hint("findBy")
        .sort({ acceptedAt: -1, _id: -1 })
        .limit(20)
        .toArray();
      return found.map(readSend);
    },

    /** Automatic answers of a mailbox to this address since then; at most so many are looked for. */
    countAnswers: async (mailboxId: string, key: string, since: number, most: number) => {
      const filter: Filter<SendDocument> = { findBy: key, acceptedAt: { $gte: since }, mailboxId, automatic: true };
      return await sends.countDocuments(filter, { hint: "findBy", limit: most });
    },

    /** Keeps what a report says, once; false: it is there already, or the send is not. */
    noteReport: async (sendId: string, undelivered: readonly Undelivered[], outbox: readonly OutgoingMessage[]) => {
      const reports = undelivered.map(({ report }) => report);
      const { modifiedCount } = await sends.updateOne(
        { _id: sendId, "undelivered.report": { $nin: reports } },
        {
          $push: {
            undelivered: { $each: [...undelivered], $slice: -100 },
            outbox: { $each: [...outbox] },
          },
        },
      );
      return modifiedCount > 0;
    },

    /** Keeps an answer, once; false: it is there already, or the send is not. */
    noteAnswer: async (sendId: string, answer: Answered, outbox: readonly OutgoingMessage[]) => {
      const { modifiedCount } = await sends.updateOne(
        { _id: sendId, "answers.message": { $ne: answer.message } },
        { $push: { answers: { $each: [answer], $slice: -100 }, outbox: { $each: [...outbox] } } },
      );
      return modifiedCount > 0;
    },

    /** Sends that wait for this mailbox, oldest first; without those named. */
    waiting: async (mailboxId: string, limit: number, but: readonly string[] = []) => {
      const found = await sends
        .find({ attention: "waiting", mailboxId, ...(but.length > 0 && { _id: { $nin: [...but] } }) })
        .sort({ acceptedAt: 1, _id: 1 })
        .limit(limit)
        .toArray();
      return found.map(dueSend);
    },

    /** When it was the turn of the send that is due for longest, and how many are not on their normal way, by state. */
    async backlog(at: number) {
      // Both read indexes only: the documents hold whole messages.
      const [due, open] = await Promise.all([
        sends
          .aggregate<{ dueAt: number }>(
            [
              // Bounds for both fields of the index, so that nothing else is read.
              { $match: { mailboxId: { $gt: "" }, due: { $gte: 0, $lte: at } } },
              { $group: { _id: null, dueAt: { $min: "$due" } } },
            ],
            { hint: "due" },
          )
          .toArray(),
        Promise.all(
          (["deferred", "waiting", "uncertain"] as const).map(
            async (state) => [state, await sends.countDocuments({ attention: state })] as const,
          ),
        ),
      ]);
      return { dueAt: due[0]?.dueAt ?? null, open };
    },

    /** Since when mail waits for mailboxes that do not send, the longest first: at most so many of them. */
    async waitingSince(limit: number) {
      // The index alone: the documents hold whole messages.
      const found = await sends
        .aggregate<{ _id: string; acceptedAt: number }>(
          [
            { $match: { attention: "waiting", mailboxId: { $gt: "" } } },
            { $group: { _id: "$mailboxId", acceptedAt: { $min: "$acceptedAt" } } },
            { $sort: { acceptedAt: 1 } },
            { $limit: limit },
          ],
          { hint: "attention" },
        )
        .toArray();
      return found.map(({ _id, acceptedAt }) => ({ mailboxId: _id, acceptedAt }));
    },

    /** Makes all that waits for a mailbox due, in its old order; how many wait. */
    release: async (mailboxId: string) =>
      (await sends.updateMany({ attention: "waiting", mailboxId }, [{ $set: { due: "$acceptedAt" } }])).matchedCount,

    /** Sends that are neither sent nor given up, oldest first. */
    unfinished: async (mailboxId: string, limit: number) => {
      const found = await sends
        .find(
          { mailboxId, state: { $in: ["accepted", "deferred", "waiting", "uncertain"] } },
          { projection: withoutBytes },
        )
        .sort({ acceptedAt: 1 })
        .limit(limit)
        .toArray();
      return found.map(readSend);
    },

    /** Mailboxes for which something has been due since before this moment. */
    overdue: (before: number) => sends.distinct("mailboxId", { due: { $lte: before } }),

    /** Sends of a mailbox, with the uploads that they refer to. */
    someOf: async (mailboxId: string, limit: number) => {
      const found = await sends
        .find({ mailboxId }, { projection: { "body.uploadId": 1 } })
        .limit(limit)
        .toArray();
      return found.map(({ _id, body }) => ({
        id: _id,
        uploadId: (body as { uploadId?: string } | undefined)?.uploadId,
      }));
    },
    /** Removes sends for good; how many there were. */
    eraseSome: async (ids: readonly string[]) => (await sends.deleteMany({ _id: { $in: [...ids] } })).deletedCount,

    /** Sends of all mailboxes that may still go out. */
    notFinished: async (limit: number) => {
      const found = await sends
        .find({ state: { $in: ["accepted", "sending", "deferred", "waiting"] } }, { projection: withoutBytes })
        .limit(limit)
        .toArray();
      return found.map(readSend);
    },

    /** Moves the next check of sends that keep waiting; compare-and-swap on the old time. */
    lookAgain: async (looked: readonly StoredSend[], due: number) => {
      const groups = Map.groupBy(looked, (send) => send.due);
      await Promise.all(
        [...groups].map(([was, group]) =>
          sends.updateMany({ _id: { $in: group.map(({ id }) => id) }, state: "waiting", due: was }, { $set: { due } }),
        ),
      );
    },

    /** Sends about which something is to be done by this time, after their attempts; with their bytes. */
    afterwards: async (by: number, limit: number) => {
      const found = await sends
        .find({ "afterwards.at": { $lte: by } }, { projection: { outbox: 0 } })
        .sort({ "afterwards.at": 1 })
        .limit(limit)
        .toArray();
      return found.map(dueSend);
    },

    /**
     * Moves, or ends (`null`), what is done about a send afterwards; compare-and-swap on its time. With the end of the
     * work on a sent one its bytes go.
     */
    moveAfterwards: async (
      { id, state, afterwards }: StoredSend,
      next: Afterwards | null,
      { outbox = [], filedAt }: { outbox?: readonly OutgoingMessage[]; filedAt?: number | undefined } = {},
    ) => {
      const { modifiedCount } = await sends.updateOne(
        { _id: id, state, "afterwards.at": afterwards?.at ?? 0 },
        {
          $set: { ...(next && { afterwards: next }), ...(filedAt !== undefined && { filedAt }) },
          ...(next ? {} : { $unset: { afterwards: "", ...(state === "sent" && { raw: "" }) } }),
          ...(outbox.length > 0 && { $push: { outbox: { $each: [...outbox] } } }),
        },
      );
      return modifiedCount > 0;
    },

    /** All who have claimed something and not ended it. */
    claimants: () => sends.distinct("claim.owner", { "claim.owner": { $exists: true }, state: "sending" }),

    /** What a process has claimed and not ended. */
    claimedBy: async (by: string, limit: number) => {
      const found = await sends
        .find({ "claim.owner": by, state: "sending" }, { projection: withoutBytes })
        .limit(limit)
        .toArray();
      return found.map(readSend);
    },

    /** Messages that were committed before this moment and are perhaps not published. */
    unpublished: async (before: number, limit: number, except: readonly string[]) => {
      const others = except.length > 0 ? { _id: { $nin: [...except] } } : {};
      const found = await sends
        .find(
          { "outbox.at": { $lte: before }, "outbox.0": { $exists: true }, ...others },
          { projection: { outbox: 1 } },
        )
        .sort({ "outbox.at": 1 })
        .limit(limit)
        .toArray();
      return found.map((document) => ({ sendId: document._id, outbox: document.outbox ?? [] }));
    },

    /** Takes published messages off. */
    published: async (entries: readonly { sendId: string; messageId: string }[]) => {
      await Promise.all(entries.map((entry) => publishing.commit(entry)));
    },
  };
}
export type SendStore = ReturnType<typeof createSendStore>;

const DUPLICATE = 11000;

/** Inserts many; what a unique index refused is there already. */
async function insertAll(sends: Collection<SendDocument>, documents: SendDocument[]): Promise<Accepted[]> {
  let there: ReadonlySet<number> = new Set();
  try {
    await sends.insertMany(documents, { ordered: false });
  } catch (error) {
    const fates = writeFates(error, documents.length);
    if (fates.some((one) => one.fate === "unknown" || (one.fate === "refused" && one.code !== DUPLICATE))) throw error;
    there = new Set(fates.flatMap(({ fate }, index) => (fate === "refused" ? index : [])));
  }
  return Promise.all(
    documents.map(async (document, index): Promise<Accepted> => {
      if (!there.has(index)) return { stored: true };
      const { mailboxId, idempotencyKey, _id } = document;
      const projection = withoutBytes;
      const existing =
        (await sends.findOne({ mailboxId, idempotencyKey }, { projection })) ??
        (await sends.findOne({ _id }, { projection }));
      // The new primary has it, but a majority does not yet: it is found when asked for again.
      if (!existing)
        throw new ProblemError("UNAVAILABLE", `The send ${_id} is being stored.`, { remedy: "Ask again." });
      return { stored: false, existing: readSend(existing) };
    }),
  );
}
