import { type FoundMail, ProblemError } from "@mailfleet/contracts";

/** A page of one service. `next`: up to where it has searched; `null`: to the end. */
interface Part {
  readonly items: readonly FoundMail[];
  readonly next: string | null;
}

/** Where the next page begins at each service; `null`: nothing more comes from there, absent: at the newest. */
type Places = readonly (string | null | undefined)[];

const timeOf = (place: string) => Number(place.slice(0, place.indexOf("/")));

/**
 * Pages of several services as one, newest first, and where each continues. What another one may still have newer mail
 * before waits for a later page.
 */
export function mergedPages(parts: readonly Part[], places: Places, limit: number) {
  const reached = parts.flatMap(({ next }) => (next === null ? [] : timeOf(next)));
  const horizon = Math.max(0, ...reached);
  const items = parts
    .flatMap((part, from) => part.items.map((item) => ({ item, from })))
    .filter(({ item }) => item.at >= horizon)
    .sort((one, other) => other.item.at - one.item.at)
    .slice(0, limit);
  const continued = parts.map((part, from) => {
    const taken = items.filter((one) => one.from === from);
    const last = taken.at(-1)?.item;
    if (taken.length === part.items.length) return part.next;
    return last === undefined ? places[from] : `${last.at}/${last.id}`;
  });
  return { items: items.map(({ item }) => item), places: continued };
}

const theirs = /^\d{1,15}\/./;

/** What a page's `next` says. @throws ProblemError INVALID */
export function readPlaces(cursor: string | undefined, count: number): Places {
  if (cursor === undefined) return Array(count).fill(undefined);
  let places: unknown;
  try {
    places = JSON.parse(Buffer.from(cursor, "base64url").toString("utf8"));
  } catch {
    places = null;
  }
  const isPlace = (one: unknown) => one === null || one === 0 || (typeof one === "string" && theirs.test(one));
  if (!Array.isArray(places) || places.length !== count || !places.every(isPlace))
    throw new ProblemError("INVALID", "The cursor does not belong to this list.", {
      errors: [{ pointer: "/cursor", reason: "must be `next` of a page of this list" }],
      remedy: "Start again without a cursor.",
    });
  return places.map((one) => (one === 0 ? undefined : one));
}

/** `next` of a page; `null`: it was the last one. */
export function writtenPlaces(places: Places): string | null {
  if (places.every((one) => one === null)) return null;
  return Buffer.from(JSON.stringify(places.map((one) => one ?? (one === null ? null : 0)))).toString("base64url");
}
