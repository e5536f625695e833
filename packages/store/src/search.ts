import type { Collection, Document, Filter } from "./driver.ts";

/** So many documents are read for one page: who finds too little asks for the next one. */
const most = 1000;

/** What is searched in a collection, newest first. */
export interface Search<Stored extends Document> {
  /** The index that is read. Its last keys are `at` and `_id`, both descending. */
  readonly index: string;
  /** The field with the time. */
  readonly at: string;
  /** What the index is read for, as equalities. */
  readonly where: Filter<Stored>;
  /** What must hold of what was read. */
  readonly fits: (found: Stored) => boolean;
  /** Parts of a document that are not read. */
  readonly without: readonly string[];
  /** Milliseconds since the epoch. */
  readonly since: number | undefined;
  /** `<at>/<id>`: the last one of the page before. */
  readonly cursor: string | undefined;
  readonly limit: number;
}

/**
 * A page of what fits. Reads as many documents as it finds, a thousand at most, along one index, so a page may have few
 * items or none and still have a `next`: the place up to which was read.
 */
export async function searchPage<Stored extends Document & { _id: string }>(
  collection: Collection<Stored>,
  { index, at, where, fits, without, since, cursor, limit }: Search<Stored>,
): Promise<{ items: Stored[]; next: string | null }> {
  const [, time, id = ""] = /^(\d+)\/(.*)$/s.exec(cursor ?? "") ?? [];
  const before = time === undefined ? {} : { $lte: Number(time) };
  const filter = {
    ...where,
    // A bound of its own: the choice below is no bound of the index.
    [at]: { $gte: since ?? 0, ...before },
    ...(time === undefined ? {} : { $or: [{ [at]: { $lt: Number(time) } }, { _id: { $lt: id } }] }),
  } as Filter<Stored>;
  const found = collection
    .find(filter, { projection: Object.fromEntries(without.map((part) => [part, 0])) })
    .hint(index)
    .sort({ [at]: -1, _id: -1 })
    .limit(most)
    .batchSize(Math.min(most, limit + 1));
  const items: Stored[] = [];
  let read = 0;
  let last: Stored | undefined;
  try {
    for await (const one of found) {
      const document = one as Stored;
      if (items.length === limit) return { items, next: placeOf(last) };
      read += 1;
      last = document;
      if (fits(document)) items.push(document);
    }
  } finally {
    await found.close();
  }
  return { items, next: read === most ? placeOf(last) : null };

  function placeOf(document: Stored | undefined): string | null {
    return document === undefined ? null : `${(document as unknown as Record<string, number>)[at]}/${document._id}`;
  }
}
