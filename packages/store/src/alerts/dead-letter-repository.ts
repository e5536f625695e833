import type { DeadLetter, DeadLetterBody } from "@mailfleet/contracts";
import type { Collection, Filter } from "mongodb";
import { isDuplicateKey, type Store } from "../connect.ts";
import { behind, readCursor, writeCursor } from "./cursor.ts";

/** A dead letter with all that is needed to publish it again. */
export interface DeadLetterDocument extends Omit<DeadLetter, "id"> {
  _id: string;
  /** As they came. */
  headers: DeadLetterBody["headers"];
  /** The whole body, base64. */
  data: string;
  /** Who replayed or discarded it. The command's id makes a repetition of that command harmless. */
  decision?: { commandId: string; by: string; at: number };
  expireAt: Date;
}

/** Messages that were set aside; `alerting` owns them. */
export interface DeadLetterRepository {
  /** `false` if it is there already. */
  insert(letter: DeadLetterDocument): Promise<boolean>;
  get(id: string): Promise<DeadLetterDocument | null>;
  /** Newest first. */
  list(
    state: DeadLetter["state"] | undefined,
    page: { limit: number; cursor?: string | undefined },
  ): Promise<{ items: DeadLetterDocument[]; next: string | null }>;
  /** Decides about a waiting one; `null` if it no longer waits. */
  decide(
    id: string,
    state: "replayed" | "discarded",
    decision: NonNullable<DeadLetterDocument["decision"]>,
  ): Promise<DeadLetterDocument | null>;
  countWaiting(service: string, consumer: string): Promise<number>;
}

/** Makes the indexes on first use, then the repository. */
export async function createDeadLetterRepository(store: Store): Promise<DeadLetterRepository> {
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
    list: async (state, { limit, cursor }) => {
      const from = behind<DeadLetterDocument>("at", cursor === undefined ? null : readCursor(cursor));
      const wanted: Filter<DeadLetterDocument> = state ? { ...from, state } : from;
      const found = await letters
        .find(wanted)
        .sort({ at: -1, _id: -1 })
        .limit(limit + 1)
        .toArray();
      const items = found.slice(0, limit);
      const last = items.at(-1);
      return { items, next: found.length > limit && last ? writeCursor({ at: last.at, id: last._id }) : null };
    },
    decide: (id, state, decision) =>
      letters.findOneAndUpdate(
        { _id: id, state: "waiting" },
        { $set: { state, decision } },
        { returnDocument: "after" },
      ),
    countWaiting: (service, consumer) => letters.countDocuments({ service, consumer, state: "waiting" }),
  };
}
