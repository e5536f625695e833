import type { FoundMail, RequestArguments } from "@mailfleet/contracts";
import type { Call } from "../http/route.ts";
import { mergedPages, readPlaces, writtenPlaces } from "./merged-pages.ts";

/** What is searched by, and which page. */
export type MailQuery = RequestArguments<"outbound-send.send.search">;

/** The services that know what became of mail. */
const searches = ["inbound-sync.message.search", "outbound-send.send.search"] as const;

/** Mail that fits, newest first, in each of these mailboxes; without an id: in all there are. @throws ProblemError INVALID for a foreign cursor */
export async function searchMail(
  { ask }: Pick<Call, "ask">,
  among: readonly { readonly mailboxId?: string }[],
  { cursor, ...query }: MailQuery,
): Promise<{ items: FoundMail[]; next: string | null }> {
  const all = among.flatMap((mailbox) => searches.map((name) => ({ name, mailbox })));
  const places = readPlaces(cursor, all.length);
  const asked = all.map(async ({ name, mailbox }, n) => {
    const place = places[n];
    if (place === null) return { items: [], next: null };
    return ask(name, { ...query, ...mailbox, ...(place === undefined ? {} : { cursor: place }) });
  });
  const { items, places: then } = mergedPages(await Promise.all(asked), places, query.limit);
  return { items, next: writtenPlaces(then) };
}
