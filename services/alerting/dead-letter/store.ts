import type { DeadLetter, DeadLetterBody } from "@mailfleet/contracts";
import type { ListQuery } from "@mailfleet/kit";
import type { Collection, Filter } from "@mailfleet/store";
import { isDuplicateKey, pageFilter, type Store } from "@mailfleet/store";

/** A dead letter with all that is needed to publish it again. */
export interface DeadLetterDocument extends Omit<DeadLetter, "id" | "v" | "createdAt" | "changedAt"> {
  _id: string;
  /** As they came. */
  headers: DeadLetterBody["headers"];
  /** The whole body, base64. */
  data: string;
  /** Who replayed or discarded it. The command's key makes a repetition of that command harmless. */
  decision?: { key: string; by: string; at: number };
  expireAt: Date;
}

/** Messages that were set aside; `alerting` owns them. */
export interface DeadLetterStore {
  /** `false` if it is there already. */
  insert(letter: DeadLetterDocument): Promise<boolean>;
  get(id: string): Promise<DeadLetterDocument | null>;
  list(query: ListQuery): Promise<DeadLetterDocument[]>;
  /** Decides about a waiting one; `null` if it no longer waits. */
  decide(
    id: string,
    state: "replayed" | "discarded",
    decision: NonNullable<DeadLetterDocument["decision"]>,
  ): Promise<DeadLetterDocument | null>;
  countWaiting(service: string, consumer: string): Promise<number>;
}

/** Makes the indexes on first use, then the store. */
export async function createDeadLetterStore(store: Store): Promise<DeadLetterStore> {
  const letters: Collection<DeadLetterDocument> = store.db.collection<DeadLetterDocument>("dead-letters");
  await letters.createIndexes([
    { key: { at: -1, _id: -1 }, name: "latest" },
    { key: { state: 1, at: -1, _id: -1 }, name: "state" },
    { key: { service: 1, consumer: 1, state: 1 }, name: "consumer" },
    { key: { expireAt: 1 }, name: "expiry", expireAfterSeconds: 0 },
  ]);
  return {
    insert: async (letter) => {
      try {
        await letters.insertOne(letter);
        return true;
      } catch (error) {
        if (isDuplicateKey(error)) return false;
        throw error;
      }
    },
    get: (id) => letters.findOne({ _id: id }),
    list: ({ sort, limit, ...query }) =>
      letters
        .find(pageFilter({ ...query, sort, limit }) as Filter<DeadLetterDocument>)
        .sort(Object.fromEntries(sort))
        .limit(limit)
        .toArray(),
    decide: (id, state, decision) =>
      letters.findOneAndUpdate(
        { _id: id, state: "waiting" },
        { $set: { state, decision } },
        { returnDocument: "after" },
      ),
    countWaiting: (service, consumer) => letters.countDocuments({ service, consumer, state: "waiting" }),
  };
}
