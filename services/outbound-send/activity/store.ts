import type { Failure, TestStep } from "@mailfleet/contracts";
import type { Store } from "@mailfleet/store";
import { collections } from "../collections.ts";

/** What is remembered of the last test, so that a run delivered twice sends one probe. */
export interface RememberedTest {
  readonly generation: number;
  readonly startedAt: number;
  /** Set when it ended. */
  readonly result?: { readonly at: number; readonly failure: Failure | null; readonly steps: readonly TestStep[] };
}

interface ActivityDocument {
  readonly _id: string;
  readonly lastRunAt?: number;
  readonly lastRunOutcome?: "ok" | "failed";
  readonly lastProvedSuccessAt?: number;
  readonly messages?: number;
  readonly test?: RememberedTest;
}

/**
 * Last runs, proofs of life and tests of the outbound direction, one document for each mailbox. The collection
 * `outboundActivity`.
 */
export function createActivityStore(store: Store) {
  const activity = store.db.collection<ActivityDocument>(collections.activity.name);
  return {
    get: async (mailboxId: string) => {
      const found = await activity.findOne({ _id: mailboxId });
      return {
        mailboxId,
        lastRunAt: found?.lastRunAt ?? null,
        lastRunOutcome: found?.lastRunOutcome ?? null,
        lastProvedSuccessAt: found?.lastProvedSuccessAt ?? null,
        messages: found?.messages ?? 0,
      };
    },
    /** Writes down that a test starts. Not `null`: this generation (or a newer one) was started before. */
    startTest: async (mailboxId: string, generation: number, at: number) => {
      await activity.updateOne({ _id: mailboxId }, { $setOnInsert: { messages: 0 } }, { upsert: true });
      const started = await activity.updateOne(
        { _id: mailboxId, $or: [{ test: { $exists: false } }, { "test.generation": { $lt: generation } }] },
        { $set: { test: { generation, startedAt: at } } },
      );
      if (started.modifiedCount === 1) return null;
      return (await activity.findOne({ _id: mailboxId }))?.test ?? null;
    },
    finishTest: async (mailboxId: string, generation: number, result: NonNullable<RememberedTest["result"]>) => {
      const ran = { lastRunAt: result.at, lastRunOutcome: result.failure ? ("failed" as const) : ("ok" as const) };
      await activity.updateOne(
        { _id: mailboxId, "test.generation": generation },
        { $set: { "test.result": result, ...ran, ...(result.failure ? {} : { lastProvedSuccessAt: result.at }) } },
      );
    },
    ran: async (mailboxId: string, at: number, outcome: "ok" | "failed") => {
      await activity.updateOne(
        { _id: mailboxId },
        { $set: { lastRunAt: at, lastRunOutcome: outcome, ...(outcome === "ok" ? { lastProvedSuccessAt: at } : {}) } },
        { upsert: true },
      );
    },
    /** Adds what was sent since the last call; many mailboxes in one write. */
    sent: async (counts: readonly { mailboxId: string; messages: number; at: number }[]) => {
      if (counts.length === 0) return;
      await activity.bulkWrite(
        counts.map(({ mailboxId, messages, at }) => ({
          updateOne: {
            filter: { _id: mailboxId },
            update: {
              $inc: { messages },
              $max: { lastRunAt: at, lastProvedSuccessAt: at },
              $set: { lastRunOutcome: "ok" as const },
            },
            upsert: true,
          },
        })),
        { ordered: false },
      );
    },
    /** When each of these mailboxes proved last that it can send; those that never did are left out. */
    provedAt: async (mailboxIds: readonly string[]) => {
      const found = await activity
        .find({ _id: { $in: [...mailboxIds] } }, { projection: { lastProvedSuccessAt: 1 } })
        .toArray();
      return new Map(
        found.flatMap(({ _id, lastProvedSuccessAt: at }) => (at === undefined ? [] : [[_id, at] as const])),
      );
    },
    /** How many mailboxes proved since each of these times that they can send. */
    async provedSince(since: readonly number[]) {
      const count = (at: number) => ({ $sum: { $cond: [{ $gte: ["$lastProvedSuccessAt", at] }, 1, 0] } });
      const counts = Object.fromEntries(since.map((at, index) => [`since${index}`, count(at)]));
      const [found] = await activity
        .aggregate<Record<`since${number}`, number>>([{ $group: { _id: null, ...counts } }])
        .toArray();
      return since.map((_, index) => found?.[`since${index}`] ?? 0);
    },
    remove: async (mailboxId: string) => {
      await activity.deleteOne({ _id: mailboxId });
    },
  };
}
export type ActivityStore = ReturnType<typeof createActivityStore>;
