import { GroupCommit } from "@mailfleet/kit";
import {
  type AnyBulkWriteOperation,
  type Collection,
  type Document,
  type Filter,
  MongoNetworkTimeoutError,
  type WithId,
} from "mongodb";
import { writeEach } from "./write-fates.ts";

/**
 * No request holds up those behind it for longer, in milliseconds. The driver (7.9) waits for an answer without an end if
 * the connection breaks while the request is being written.
 */
const longestMs = 20_000;

/** The answer, or an outage: whether a write was carried out is then not known. */
async function within<Answer>(ms: number, asked: Promise<Answer>): Promise<Answer> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new MongoNetworkTimeoutError(`no answer within ${ms} ms`)), ms);
  return Promise.race([asked, late]).finally(() => clearTimeout(timer));
}

/**
 * Writes to a collection: those that are asked for while a request is under way go into the next, together. One that is
 * refused throws by itself; an outage throws in all of them.
 */
export function groupWrites<Kept extends Document>(
  collection: Collection<Kept>,
): (write: AnyBulkWriteOperation<Kept>) => Promise<void> {
  const writes = new GroupCommit<AnyBulkWriteOperation<Kept>, Error | null>(async (together) => [
    ...(await within(longestMs, writeEach(collection, together))).refused,
  ]);
  return async (write) => {
    const refused = await writes.commit(write);
    if (refused) throw refused;
  };
}

/** Documents by id that fit the filter, `null` where none does; grouped like writes, read after each was asked for. */
export function groupReads<Kept extends Document & { readonly _id: string }>(
  collection: Collection<Kept>,
  {
    filter = {},
    projection,
    answerMs = longestMs,
  }: { readonly filter?: Document; readonly projection?: Document; readonly answerMs?: number } = {},
): (id: string) => Promise<WithId<Kept> | null> {
  const reads = new GroupCommit<string, WithId<Kept> | null>(
    async (ids) => {
      const wanted = { ...filter, _id: { $in: ids } } as Filter<Kept>;
      const found = await within(answerMs, collection.find(wanted, projection ? { projection } : {}).toArray());
      const byId = new Map<string, WithId<Kept>>(found.map((document) => [document._id, document]));
      return ids.map((id) => byId.get(id) ?? null);
    },
    { maximumItems: 100 },
  );
  return (id) => reads.commit(id);
}
