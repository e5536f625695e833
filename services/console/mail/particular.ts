import type { FoundMail, MailTrail, RequestArguments } from "@mailfleet/contracts";
import type { Particular } from "../http/noun-routes.ts";
import type { Call } from "../http/route.ts";
import { mergedPages, readPlaces, writtenPlaces } from "./find-mail.ts";

type Query = RequestArguments<"outbound-send.send.search">;

/** The services that know what became of mail. */
const searches = ["inbound-sync.message.search", "outbound-send.send.search"] as const;

async function list(
  { ask }: Pick<Call, "ask">,
  { cursor, ...query }: Query,
): Promise<{ items: FoundMail[]; next: string | null }> {
  const places = readPlaces(cursor, searches.length);
  const asked = searches.map(async (name, n) => {
    const place = places[n];
    if (place === null) return { items: [], next: null };
    return ask(name, place === undefined ? query : { ...query, cursor: place });
  });
  const { items, places: then } = mergedPages(await Promise.all(asked), places, query.limit);
  return { items, next: writtenPlaces(then) };
}

const get = ({ ask }: Pick<Call, "ask">, { id }: { id: string }): Promise<MailTrail> =>
  ask(id.startsWith("sn_") ? "outbound-send.send.trail" : "inbound-sync.message.trail", { id });

/** What is particular about mail: the console asks those who receive and those who send. */
export const mailParticular: Particular = { answers: { list, get } };
