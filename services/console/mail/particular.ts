import { type FoundMail, type MailTrail, ProblemError, type RequestArguments } from "@mailfleet/contracts";
import type { Particular } from "../http/noun-routes.ts";
import { ownMailboxIds } from "../http/owner-access.ts";
import type { Call } from "../http/route.ts";
import { mergedPages, readPlaces, writtenPlaces } from "./find-mail.ts";

type Asked = Pick<Call, "ask" | "caller">;
type Query = RequestArguments<"outbound-send.send.search">;

/** The services that know what became of mail. */
const searches = ["inbound-sync.message.search", "outbound-send.send.search"] as const;

/** An owner's mail is that of each of their mailboxes; who else asks sees all. */
async function list(call: Asked, { cursor, ...query }: Query): Promise<{ items: FoundMail[]; next: string | null }> {
  const among = await mailboxesOf(call, query);
  const all = among.flatMap((mailbox) => searches.map((name) => ({ name, mailbox })));
  const places = readPlaces(cursor, all.length);
  const asked = all.map(async ({ name, mailbox }, n) => {
    const place = places[n];
    if (place === null) return { items: [], next: null };
    return call.ask(name, { ...query, ...mailbox, ...(place === undefined ? {} : { cursor: place }) });
  });
  const { items, places: then } = mergedPages(await Promise.all(asked), places, query.limit);
  return { items, next: writtenPlaces(then) };
}

/** In which mailboxes each service is asked to search. */
async function mailboxesOf(call: Asked, { mailboxId }: Pick<Query, "mailboxId">): Promise<{ mailboxId?: string }[]> {
  if (call.caller.role !== "owner") return [{}];
  const own = await ownMailboxIds(call);
  return own.filter((id) => mailboxId === undefined || mailboxId === id).map((id) => ({ mailboxId: id }));
}

/** To an owner mail of others does not exist. */
async function get(call: Asked, { id }: { id: string }): Promise<MailTrail> {
  const isSend = id.startsWith("sn_");
  const trail = await call.ask(isSend ? "outbound-send.send.trail" : "inbound-sync.message.trail", { id });
  if (call.caller.role === "owner" && !(await ownMailboxIds(call)).includes(trail.mailboxId))
    throw new ProblemError("NOT_FOUND", `There is no ${isSend ? "send" : "message"} ${id}. It may have expired.`);
  return trail;
}

/** What is particular about mail: the console asks those who receive and those who send. */
export const mailParticular: Particular = { answers: { list, get } };
