import {
  addressesText,
  type FoundMail,
  type RequestArguments,
  type RequestOutput,
  shownRecipients,
  undeliverableText,
} from "@mailfleet/contracts";
import type { InboundPorts } from "../ports.ts";
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
  const { undeliverable, unparsed } = rest;
  return {
    ...{ id, mailboxId, messageId, subject, state: "received", at: storedAt },
    from: from.length === 0 ? null : addressesText(from),
    to: [...to, ...cc].flatMap(({ address }) => address ?? []).slice(0, shownRecipients),
    why: undeliverable ? `a report: not delivered to ${undeliverableText(undeliverable)}` : unparsed,
  };
}

function foundAside(mailboxId: string, { name, since, words }: SetAside): FoundMail {
  const unread = { messageId: null, from: null, to: [], subject: null };
  return { id: `${mailboxId}/${name}`, mailboxId, state: "setAside", at: since, ...unread, why: words };
}
