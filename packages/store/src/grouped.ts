import { GroupCommit } from "@mailfleet/kit";
import type { AnyBulkWriteOperation, Collection, Document, Filter, WithId } from "mongodb";
import { writeEach } from "./write-fates.ts";

/**
 * Writes to a collection: those that are asked for while a request is under way go into the next, together. One that is
 * refused throws by itself; an outage throws in all of them.
 */
export function groupWrites<Kept extends Document>(
  collection: Collection<Kept>,
): (write: AnyBulkWriteOperation<Kept>) => Promise<void> {
  const writes = new GroupCommit<AnyBulkWriteOperation<Kept>, Error | null>(async (together) => [
    ...(await writeEach(collection, together)).refused,
  ]);
  return async (write) => {
    const refused = await writes.commit(write);
    if (refused) throw refused;
  };
}

/** Documents by id that fit the filter, `null` where none does; grouped like writes, read after each was asked for. */
export function groupReads<Kept extends Document & { readonly _id: string }>(
  collection: Collection<Kept>,
  { filter = {}, projection }: { readonly filter?: Document; readonly projection?: Document } = {},
): (id: string) => Promise<WithId<Kept> | null> {
  const reads = new GroupCommit<string, WithId<Kept> | null>(
    async (ids) => {
      const wanted = { ...filter, _id: { $in: ids } } as Filter<Kept>;
      const found = await collection.find(wanted, projection ? { projection } : {}).toArray();
      const byId = new Map<string, WithId<Kept>>(found.map((document) => [document._id, document]));
      return ids.map((id) => byId.get(id) ?? null);
    },
    { maximumItems: 100 },
  );
  return (id) => reads.commit(id);
}
