import { type AlertObject, ProblemError } from "@mailfleet/contracts";
import type { Call } from "./route.ts";

/** What is about something: an alert, an incident. */
interface About {
  readonly object: AlertObject;
}
type Page<Item> = { items: Item[]; next: string | null };

/** As many mailboxes as `config` takes in one question. */
const mostIds = 100;
/** So many pages are looked through for one that is asked for; the cursor goes on from there. */
const mostRounds = 20;

/**
 * Of these what belongs to the caller's part of the fleet: what is about one of its mailboxes, and about one of its
 * profiles, unless domains limit it: then the profile is others', too. Who is not limited gets all.
 */
async function own<Item extends About>({ caller: { within }, ask }: Call, items: readonly Item[]): Promise<Item[]> {
  if (!within) return [...items];
  const named = items.flatMap(({ object }) => (object.type === "mailbox" ? [object.id] : []));
  const ids = [...new Set(named)].slice(0, mostIds);
  const found = ids.length === 0 ? [] : (await ask("config.mailbox.list", { ids, within, limit: mostIds })).items;
  const mine = new Set(found.map(({ id }) => id));
  const isMine = ({ type, id }: AlertObject) =>
    type === "mailbox" ? mine.has(id) : type === "profile" && !within.domains && within.profileIds?.includes(id);
  return items.filter(({ object }) => isMine(object));
}

/** A page of what belongs to the caller's part, filled from as many pages as it takes. */
export async function ownPage<Item extends About>(
  call: Call,
  { limit, cursor }: { readonly limit: number; readonly cursor?: string | undefined },
  read: (page: { limit: number; cursor?: string }) => Promise<Page<Item>>,
): Promise<Page<Item>> {
  const items: Item[] = [];
  let from = cursor;
  for (let round = 0; round < mostRounds; round += 1) {
    // Without a limit of its own a page would hold more mailboxes than one question takes.
    const left = call.caller.within ? Math.min(limit - items.length, mostIds) : limit;
    const page = await read({ limit: left, ...(from === undefined ? {} : { cursor: from }) });
    items.push(...(await own(call, page.items)));
    if (page.next === null || items.length >= limit || !call.caller.within) return { items, next: page.next };
    from = page.next;
  }
  return { items, next: from ?? null };
}

/** To who is limited to a part, what belongs to others does not exist. @throws NOT_FOUND */
export async function refuseOthers(call: Call, noun: string, id: string, found: About): Promise<void> {
  if ((await own(call, [found])).length === 0) throw new ProblemError("NOT_FOUND", `There is no ${noun} ${id}.`);
}
