import type { Filter } from "mongodb";

/** Place in a list that is sorted by a time, newest first, and by id within the same time. */
export interface Place {
  readonly at: number;
  readonly id: string;
}

/** A cursor is opaque to those who get it. */
export function writeCursor({ at, id }: Place): string {
  return Buffer.from(`${at}:${id}`).toString("base64url");
}

/** `null` if it is not one of ours. */
export function readCursor(cursor: string): Place | null {
  const [, at, id] = /^(\d{1,16}):(\S{1,100})$/.exec(Buffer.from(cursor, "base64url").toString()) ?? [];
  return at === undefined || id === undefined ? null : { at: Number(at), id };
}

/** Filter for what comes after this place. */
export function behind<Document>(field: string, place: Place | null): Filter<Document> {
  const filter = place ? { $or: [{ [field]: { $lt: place.at } }, { [field]: place.at, _id: { $lt: place.id } }] } : {};
  return filter as Filter<Document>;
}
