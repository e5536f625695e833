import type { ListQuery } from "@mailfleet/kit";
import type { Collection, Document, Filter, Sort, WithId } from "mongodb";

/** A page of what fits, in its order, from where the one before ended; for `readPage` of the kit. */
export async function findPage<Kept extends Document>(
  collection: Collection<Kept>,
  query: ListQuery,
  options: { readonly projection?: Document } = {},
): Promise<WithId<Kept>[]> {
  return collection
    .find(pageFilter(query) as Filter<Kept>, options)
    .sort(query.sort as unknown as Sort)
    .limit(query.limit)
    .toArray();
}

/** What fits the filter and comes after the given values in the order of `sort`. */
export function pageFilter({ filter, sort, after }: ListQuery): object {
  if (!after) return filter;
  const later = sort.map(([path, direction], index) => ({
    ...Object.fromEntries(sort.slice(0, index).map(([earlier], place) => [earlier, after[place]])),
    [path]: { [direction === 1 ? "$gt" : "$lt"]: after[index] },
  }));
  // A bound of its own: the choice below is no bound of the index.
  const from = sort
    .slice(0, 1)
    .map(([path, direction]) => ({ [path]: { [direction === 1 ? "$gte" : "$lte"]: after[0] } }));
  return { $and: [filter, ...from, { $or: later }] };
}
