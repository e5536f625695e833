import { type AnyBulkWriteOperation, type Collection, type Document, MongoBulkWriteError } from "mongodb";
import { isOutageCode } from "./outage.ts";

/**
 * What became of one write of a bulk write that threw. `done`: carried out and with the majority, though an update may
 * have matched nothing. `refused`: not carried out, with a reason. `unknown`: must be repeated.
 */
export type WriteFate =
  | { readonly fate: "done" }
  | { readonly fate: "refused"; readonly code: number; readonly reason: string }
  | { readonly fate: "unknown" };

const done: WriteFate = { fate: "done" };
const unknown: WriteFate = { fate: "unknown" };

/**
 * The fate of each of the `count` writes of an unordered bulk write, in their order, read from what it threw. Only an
 * answer to the whole tells a fate: the driver keeps the refusals of all batches in `writeErrors` when each batch was
 * answered. A connection that was lost, a step-down, and a write concern that was not satisfied leave all of them
 * unknown, also those that were refused: what refused them may be rolled back.
 */
export function writeFates(error: unknown, count: number): readonly WriteFate[] {
  const answered = error instanceof MongoBulkWriteError && !error.result.getWriteConcernError();
  const refusals = answered ? [error.writeErrors].flat() : [];
  if (refusals.length === 0) return Array.from({ length: count }, () => unknown);
  const fates = Array.from({ length: count }, () => done);
  for (const { index, code, errmsg } of refusals)
    fates[index] = isOutageCode(code) ? unknown : { fate: "refused", code, reason: errmsg ?? `code ${code}` };
  return fates;
}

/** What became of writes that were made together. The numbers are `null` where one was refused. */
export interface WrittenEach {
  readonly matched: number | null;
  readonly modified: number | null;
  /** What refused each, in their order; `null`: it was carried out. */
  readonly refused: readonly (Error | null)[];
}

/**
 * Makes writes in one request, each for itself: one that is refused holds up no other. Throws where nobody knows what
 * became of one: all must be repeated.
 */
export async function writeEach<Kept extends Document>(
  collection: Collection<Kept>,
  writes: readonly AnyBulkWriteOperation<Kept>[],
): Promise<WrittenEach> {
  try {
    const { matchedCount, modifiedCount } = await collection.bulkWrite(writes, { ordered: false });
    return { matched: matchedCount, modified: modifiedCount, refused: writes.map(() => null) };
  } catch (error) {
    const fates = writeFates(error, writes.length);
    if (fates.some(({ fate }) => fate === "unknown")) throw error;
    const refused = fates.map((one) => (one.fate === "refused" ? new Error(one.reason, { cause: error }) : null));
    return { matched: null, modified: null, refused };
  }
}
