import {
  addressesText,
  type FoundMail,
  type MailEvent,
  type MailTrail,
  ProblemError,
  type RequestArguments,
  type RequestOutput,
  shownRecipients,
  undeliverableText,
} from "@mailfleet/contracts";
import type { InboundPorts } from "../ports.ts";
import type { PendingFacts, SourceDocument } from "../source/document.ts";
import type { SetAside } from "../source/set-aside.ts";
import type { StoredMessage } from "./document.ts";

type Page = RequestOutput<"inbound-sync.message.search">;

/** `message.search`. What is set aside has no header yet: in a mailbox that is named it may be what is searched. */
export async function searchMessages(
  { messages, sources }: Pick<InboundPorts, "messages" | "sources">,
  input: RequestArguments<"inbound-sync.message.search">,
): Promise<Page> {
  const { mailboxId, since = 0, limit, cursor } = input;
  const { items, next } = await messages.search(input);
  const aside = mailboxId === undefined ? [] : ((await sources.get(mailboxId))?.setAside ?? []);
  const page = { items: items.map(foundMessage), next };
  if (mailboxId === undefined || aside.length === 0) return page;
  const found = aside.filter((one) => one.since >= since).map((one) => foundAside(mailboxId, one));
  return withAside(page, found, { cursor, limit });
}

/** `message.trail` */
export async function messageTrail(
  { messages, sources }: Pick<InboundPorts, "messages" | "sources">,
  { id }: { id: string },
): Promise<MailTrail> {
  const [mailboxId, name] = [id.slice(0, id.indexOf("/")), id.slice(id.indexOf("/") + 1)];
  const [message, source] = await Promise.all([messages.get(id), sources.get(mailboxId)]);
  if (message) return { ...foundMessage(message), events: eventsOf(message, name, source ?? {}) };
  const aside = source?.setAside?.find((one) => one.name === name);
  if (!aside) throw new ProblemError("NOT_FOUND", `There is no message ${id}. It may have expired.`);
  const words = `${aside.words}; tried ${aside.tries} times, next from ${new Date(aside.nextAt).toISOString()}`;
  return { ...foundAside(mailboxId, aside), events: [{ at: aside.since, what: "setAside", words }] };
}

/** What happened to a received message, as far as it and its source tell. */
export function eventsOf(
  {
    receivedAt,
    storedAt,
    size,
    undeliverable,
    answersTo,
  }: Pick<StoredMessage, "receivedAt" | "storedAt" | "size" | "undeliverable" | "answersTo">,
  name: string,
  { pending, toMove = [] }: Pick<SourceDocument, "pending" | "toMove">,
): MailEvent[] {
  const waits = isPending(pending, name);
  // Names at the server have nothing before them that tells sources apart.
  const moves = undeliverable !== undefined && toMove.includes(name.replace(/^e\d{3,}-/, ""));
  return [
    { at: receivedAt, what: "arrived", words: "at the server" },
    { at: storedAt, what: "stored", words: `${size} bytes` },
    { at: null, what: waits ? "toBeAnnounced" : "announced", words: "mail.received" },
    ...(undeliverable ? [{ at: storedAt, what: "about" as const, words: aboutText(undeliverable) }] : []),
    ...(answersTo ? [{ at: storedAt, what: "answerTo" as const, words: answersTo[0] ?? null }] : []),
    ...(moves ? [{ at: null, what: "toBeMoved" as const, words: "to the folder that the profile names" }] : []),
  ];
}

/** What a report is about, so that it can be asked for. */
const aboutText = ({ sendId, messageId }: NonNullable<StoredMessage["undeliverable"]>) =>
  sendId ?? messageId ?? "it does not say what message";

function isPending(pending: PendingFacts | null | undefined, name: string): boolean {
  if (!pending) return false;
  return "ids" in pending ? pending.ids.includes(name) : name >= pending.from && name <= pending.to;
}

/** A page with what belongs between its beginning and its end. */
export function withAside(
  { items, next }: Page,
  aside: readonly FoundMail[],
  { cursor, limit }: { readonly cursor: string | undefined; readonly limit: number },
): Page {
  const [from, until] = [cursor, next].map((place) => (place ? placed(place) : undefined));
  const here = aside.filter((one) => (!from || isOlder(one, from)) && (!until || !isOlder(one, until)));
  const all = [...items, ...here].sort((one, other) => (isOlder(one, other) ? 1 : -1));
  const shown = all.slice(0, limit);
  const last = shown.at(-1);
  return { items: shown, next: all.length > limit && last ? `${last.at}/${last.id}` : next };
}

type Place = Pick<FoundMail, "at" | "id">;
const isOlder = (one: Place, other: Place) => one.at < other.at || (one.at === other.at && one.id < other.id);

function placed(cursor: string): Place {
  const slash = cursor.indexOf("/");
  return { at: Number(cursor.slice(0, slash)), id: cursor.slice(slash + 1) };
}

function foundMessage({
  id,
  mailboxId,
  storedAt,
  messageId,
  subject,
  from,
  to,
  cc,
  ...rest
}: StoredMessage): FoundMail {
  const { undeliverable, unparsed, automatic } = rest;
  return {
    ...{ id, mailboxId, messageId, subject, state: "received", at: storedAt },
    from: from.length === 0 ? null : addressesText(from),
    to: [...to, ...cc].flatMap(({ address }) => address ?? []).slice(0, shownRecipients),
    why: undeliverable ? `a report: not delivered to ${undeliverableText(undeliverable)}` : unparsed,
    ...(automatic !== undefined && { automatic }),
  };
}

function foundAside(mailboxId: string, { name, since, words }: SetAside): FoundMail {
  const unread = { messageId: null, from: null, to: [], subject: null };
  return { id: `${mailboxId}/${name}`, mailboxId, state: "setAside", at: since, ...unread, why: words };
}
