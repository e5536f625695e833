import type { Collection, Document } from "mongodb";
import { isDuplicateKey, type Store } from "../connect.ts";
import type { PendingFacts, StoredCursor, SyncDocument, Watch } from "./sync-document.ts";

/** The collection `sync`, owned by `inbound-sync`. Every method throws an outage (`isOutage`) while MongoDB is away. */
export interface SyncRepository {
  get(mailboxId: string): Promise<SyncDocument | null>;
  /**
   * Takes the lease on a mailbox. `null`: another owner has it. The same owner gets it again, with a new token, so that
   * a run that was broken off can be repeated at once; the old token is worth nothing then.
   */
  acquire(mailboxId: string, owner: string, leaseMs: number): Promise<{ sync: SyncDocument; token: string } | null>;
  /** False: the lease is lost. */
  renew(mailboxId: string, token: string, leaseMs: number): Promise<boolean>;
  /** Moves the cursor and renews the lease, all in one write. False: the lease is lost and nothing was written. */
  advance(
    mailboxId: string,
    token: string,
    step: { cursor: StoredCursor; pending: PendingFacts | null; received: number; leaseMs: number },
  ): Promise<boolean>;
  /**
   * Forgets the cursor, because it points nowhere any more, and remembers that what comes must be compared with what is
   * there, until a run has ended well. False: the lease is lost.
   */
  startOver(mailboxId: string, token: string): Promise<boolean>;
  /** Stamps how the run ended and gives the lease back. `complete`: it read to the end and every fact is out. */
  finish(mailboxId: string, token: string, end: { at: number; ok: boolean; complete: boolean }): Promise<void>;
  /** Gives the lease back, nothing else. */
  release(mailboxId: string, token: string): Promise<void>;
  /** Stamps a run that reads nothing: a test. */
  stampTest(mailboxId: string, end: { at: number; ok: boolean }): Promise<void>;
  stampProbe(mailboxId: string, at: number): Promise<void>;
  /** What is expected from now on; an older version of the mailbox changes nothing. */
  expect(mailboxId: string, mailboxV: number, watch: Watch | null): Promise<void>;
  /** Mailboxes from which nothing came for three intervals, but at least `graceMs`, and that are not marked yet. */
  findStalled(at: number, graceMs: number): Promise<SyncDocument[]>;
  markStalled(mailboxId: string, stalled: boolean): Promise<void>;
  remove(mailboxId: string): Promise<void>;
}

/** Makes the indexes, then the repository. Leases are timed by the database's clock, so replicas need not agree. */
export async function createSyncRepository(store: Store): Promise<SyncRepository> {
  const syncs: Collection<SyncDocument> = store.db.collection<SyncDocument>("sync");
  await syncs.createIndex(
    { "watch.since": 1 },
    { name: "watched", partialFilterExpression: { "watch.since": { $exists: true } } },
  );
  const until = (leaseMs: number) => ({ $add: ["$$NOW", leaseMs] });
  const own = (mailboxId: string, token: string) => ({ _id: mailboxId, "lease.token": token });
  const change = async (filter: Document, set: Document) =>
    (await syncs.updateOne(filter, [{ $set: set }])).matchedCount > 0;

  /** An upsert may not have `$expr`, so the document is made first, once. */
  const ensure = async (mailboxId: string) => {
    try {
      await syncs.updateOne({ _id: mailboxId }, { $setOnInsert: { cursor: null } }, { upsert: true });
    } catch (error) {
      if (!isDuplicateKey(error)) throw error;
    }
  };

  const repository: SyncRepository = {
    get: (mailboxId) => syncs.findOne({ _id: mailboxId }),

    async acquire(mailboxId, owner, leaseMs) {
      const token = crypto.randomUUID();
      const take = () =>
        syncs.findOneAndUpdate(
          {
            _id: mailboxId,
            $expr: {
              $or: [{ $lte: [{ $ifNull: ["$lease.until", new Date(0)] }, "$$NOW"] }, { $eq: ["$lease.owner", owner] }],
            },
          },
          [{ $set: { lease: { owner, token, until: until(leaseMs) } } }],
          { returnDocument: "after" },
        );
      let sync = await take();
      if (!sync) {
        if ((await syncs.countDocuments({ _id: mailboxId }, { limit: 1 })) > 0) return null;
        await ensure(mailboxId);
        sync = await take();
      }
      return sync && { sync, token };
    },

    renew: (mailboxId, token, leaseMs) => change(own(mailboxId, token), { "lease.until": until(leaseMs) }),

    advance: (mailboxId, token, step) =>
      change(own(mailboxId, token), {
        // $set merges objects: what the last cursor or range had and this one has not must not stay.
        cursor: { $literal: step.cursor },
        pending: { $literal: step.pending },
        received: { $add: [{ $ifNull: ["$received", 0] }, step.received] },
        "lease.until": until(step.leaseMs),
      }),

    startOver: (mailboxId, token) => change(own(mailboxId, token), { cursor: null, pending: null, comparing: true }),

    async finish(mailboxId, token, end) {
      await change(own(mailboxId, token), {
        lease: null,
        ...(end.complete && { pending: null, comparing: false }),
        ...stamp(end),
      });
    },

    async release(mailboxId, token) {
      await change(own(mailboxId, token), { lease: null });
    },

    async stampTest(mailboxId, end) {
      await ensure(mailboxId);
      await change({ _id: mailboxId }, stamp(end));
    },

    async stampProbe(mailboxId, at) {
      await syncs.updateOne({ _id: mailboxId }, { $max: { lastProbeReceivedAt: at } });
    },

    async expect(mailboxId, mailboxV, watch) {
      await ensure(mailboxId);
      const newer = { $lt: [{ $ifNull: ["$mailboxV", -1] }, mailboxV] };
      // A direction that goes on as before is watched from where it was: else every small change would restart the clock.
      const same = watch && {
        $and: [{ $eq: ["$watch.expects", watch.expects] }, { $eq: ["$watch.everyMs", watch.everyMs] }],
      };
      const next = watch ? { $cond: [same, "$watch", { $literal: watch }] } : null;
      await syncs.updateOne({ _id: mailboxId, $expr: newer }, [{ $set: { watch: next, mailboxV } }]);
    },

    findStalled: (at, graceMs) => {
      const heard = {
        $cond: [{ $eq: ["$watch.expects", "success"] }, "$lastProvedSuccessAt", "$lastRunAt"],
      };
      const silentFor = { $subtract: [at, { $max: ["$watch.since", { $ifNull: [heard, 0] }] }] };
      return syncs
        .find({
          "watch.since": { $exists: true },
          stalled: { $ne: true },
          $expr: { $gt: [silentFor, { $max: [{ $multiply: ["$watch.everyMs", 3] }, graceMs] }] },
        })
        .limit(200)
        .toArray();
    },

    async markStalled(mailboxId, stalled) {
      await syncs.updateOne({ _id: mailboxId }, { $set: { stalled } });
    },

    async remove(mailboxId) {
      await syncs.deleteOne({ _id: mailboxId });
    },
  };
  return repository;
}

function stamp(end: { at: number; ok: boolean }): Document {
  return {
    lastRunAt: end.at,
    lastRunOutcome: end.ok ? "ok" : "failed",
    ...(end.ok && { lastProvedSuccessAt: end.at }),
  };
}
