import { createHash } from "node:crypto";
import { ProblemError } from "@mailfleet/contracts";
import type { ListQuery } from "../document/document.ts";

/** What a caller asks for: how many, where to continue, and the filter (to which the cursor is bound). */
export interface PageInput {
  readonly limit: number;
  readonly cursor?: string;
}

/** One page and where the next one begins; `null`: this was the last. It may be shorter than asked. */
export interface Page<Item> {
  readonly items: Item[];
  readonly next: string | null;
}

/** An answer over the bus has at most a megabyte. */
const mostBytes = 900_000;

/**
 * Reads one page and shows it. The cursor holds the sort values of the last item and a mark of filter and order: with another
 * filter it is refused, because it would skip. Where items are so large that they do not fit into one answer, the page ends early,
 * and what does not fit begins the next one. @throws ProblemError INVALID for a cursor that is not of this list
 */
export async function readPage<Item, Shown>(
  { limit, cursor }: PageInput,
  query: Pick<ListQuery, "filter" | "sort">,
  read: (query: ListQuery) => Promise<Item[]>,
  show: (items: Item[]) => Shown[] | Promise<Shown[]>,
): Promise<Page<Shown>> {
  const mark = markOf(query);
  const after = cursor === undefined ? undefined : openCursor(cursor, mark, query.sort.length);
  const found = await read({ ...query, ...(after ? { after } : {}), limit: limit + 1 });
  const items = fitting(await show(found.slice(0, limit)));
  const last = found[items.length - 1];
  return {
    items,
    next:
      found.length > items.length && last !== undefined
        ? makeCursor(
            mark,
            query.sort.map(([path]) => valueAt(last, path)),
          )
        : null,
  };
}

/** In the order of a time: the latest first, unless `sort` names it without `-` before it. */
export function byTime(path: string, sort: string | undefined): ListQuery["sort"] {
  const direction = sort === undefined || sort.startsWith("-") ? -1 : 1;
  return [
    [path, direction],
    ["_id", direction],
  ];
}

/** The first items that fit, and one at least. */
function fitting<Shown>(items: Shown[]): Shown[] {
  let bytes = 0;
  const end = items.findIndex((item, at) => {
    bytes += Buffer.byteLength(JSON.stringify(item));
    return at > 0 && bytes > mostBytes;
  });
  return end < 0 ? items : items.slice(0, end);
}

function markOf({ filter, sort }: Pick<ListQuery, "filter" | "sort">): string {
  return createHash("sha256")
    .update(JSON.stringify([filter, sort]))
    .digest("base64url")
    .slice(0, 11);
}

function makeCursor(mark: string, values: readonly unknown[]): string {
  return Buffer.from(JSON.stringify([mark, ...values])).toString("base64url");
}

function openCursor(cursor: string, mark: string, length: number): readonly unknown[] {
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(cursor, "base64url").toString("utf8"));
  } catch {
    parts = null;
  }
  const fits =
    Array.isArray(parts) &&
    parts.length === length + 1 &&
    parts[0] === mark &&
    parts.slice(1).every((one) => typeof one === "string" || typeof one === "number");
  if (!fits)
    throw new ProblemError("INVALID", "The cursor does not belong to this list.", {
      errors: [{ pointer: "/cursor", reason: "must be `next` of a page of the same list with the same filter" }],
      remedy: "Start again without a cursor.",
    });
  return (parts as unknown[]).slice(1);
}

function valueAt(item: unknown, path: string): unknown {
  return path.split(".").reduce<unknown>((value, name) => (value as Record<string, unknown> | undefined)?.[name], item);
}
