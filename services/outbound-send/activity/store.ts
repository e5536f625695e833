import type { Activity, Failure, TestStep } from "@mailfleet/contracts";
import type { Store } from "@mailfleet/store";

/** What is remembered of the last test, so that a run delivered twice sends one probe. */
export interface RememberedTest {
  readonly generation: number;
  readonly startedAt: number;
  /** Set when it ended. */
  readonly result?: { readonly at: number; readonly failure: Failure | null; readonly steps: readonly TestStep[] };
}

/** Last runs, proofs of life and tests of the outbound direction, one document for each mailbox. */
export interface ActivityStore {
  get(mailboxId: string): Promise<Activity>;
  /** Writes down that a test starts. Not `null`: this generation (or a newer one) was started before. */
  startTest(mailboxId: string, generation: number, at: number): Promise<RememberedTest | null>;
  finishTest(mailboxId: string, generation: number, result: NonNullable<RememberedTest["result"]>): Promise<void>;
  ran(mailboxId: string, at: number, outcome: "ok" | "failed"): Promise<void>;
  /** Adds what was sent since the last call; many mailboxes in one write. */
  sent(counts: readonly { mailboxId: string; messages: number; at: number }[]): Promise<void>;
  remove(mailboxId: string): Promise<void>;
}

interface ActivityDocument {
  readonly _id: string;
  readonly lastRunAt?: number;
  readonly lastRunOutcome?: "ok" | "failed";
  readonly lastProvedSuccessAt?: number;
  readonly messages?: number;
  readonly test?: RememberedTest;
}

/** The collection `outboundActivity`. */
export function createActivityStore(store: Store): ActivityStore {
  const activity = store.db.collection<ActivityDocument>("outboundActivity");
  return {
    get: async (mailboxId) => {
      const found = await activity.findOne({ _id: mailboxId });
      return {
        mailboxId,
        lastRunAt: found?.lastRunAt ?? null,
        lastRunOutcome: found?.lastRunOutcome ?? null,
        lastProvedSuccessAt: found?.lastProvedSuccessAt ?? null,
        messages: found?.messages ?? 0,
      };
    },
    startTest: async (mailboxId, generation, at) => {
      await activity.updateOne({ _id: mailboxId }, { $setOnInsert: { messages: 0 } }, { upsert: true });
      const started = await activity.updateOne(
        { _id: mailboxId, $or: [{ test: { $exists: false } }, { "test.generation": { $lt: generation } }] },
        { $set: { test: { generation, startedAt: at } } },
      );
      if (started.modifiedCount === 1) return null;
      return (await activity.findOne({ _id: mailboxId }))?.test ?? null;
    },
    finishTest: async (mailboxId, generation, result) => {
      const ran = { lastRunAt: result.at, lastRunOutcome: result.failure ? ("failed" as const) : ("ok" as const) };
      await activity.updateOne(
        { _id: mailboxId, "test.generation": generation },
        { $set: { "test.result": result, ...ran, ...(result.failure ? {} : { lastProvedSuccessAt: result.at }) } },
      );
    },
    ran: async (mailboxId, at, outcome) => {
      await activity.updateOne(
        { _id: mailboxId },
        { $set: { lastRunAt: at, lastRunOutcome: outcome, ...(outcome === "ok" ? { lastProvedSuccessAt: at } : {}) } },
        { upsert: true },
      );
    },
    sent: async (counts) => {
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
    remove: async (mailboxId) => {
      await activity.deleteOne({ _id: mailboxId });
    },
  };
}
