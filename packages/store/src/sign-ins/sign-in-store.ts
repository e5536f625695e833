import type { Collection } from "mongodb";
import { isDuplicateKey, type Store } from "../connect.ts";

/** What is kept of the credentials of a profile; the workers say what is in it. */
interface Versioned {
  readonly _id: string;
  readonly v: number;
}

/**
 * How the credentials of profiles fared at their servers: written by both workers, owned by no service. One document per profile and direction, swapped by its version.
 */
export function createSignInStore<Document extends Versioned>(store: Store, collection: string) {
  const documents: Collection<Versioned> = store.db.collection<Versioned>(collection);
  return {
    get: (_id: string) => documents.findOne({ _id }) as Promise<Document | null>,
    async swap(next: Document): Promise<boolean> {
      const before = { _id: next._id, v: next.v - 1 };
      const written = { ...next, writtenAt: new Date() };
      try {
        const { matchedCount, upsertedCount } = await documents.replaceOne(before, written, { upsert: next.v === 1 });
        return matchedCount + upsertedCount === 1;
      } catch (error) {
        // Somebody else made it at the same moment.
        if (isDuplicateKey(error)) return false;
        throw error;
      }
    },
  };
}
