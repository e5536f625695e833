import type { Incoming } from "@mailfleet/bus";
import { searchKeys } from "@mailfleet/contracts";
import type { OutboundPorts } from "../ports.ts";
import { mailUndeliverable } from "./facts.ts";
import { publishOutbox } from "./hand-over.ts";
import type { StoredSend } from "./send.ts";

type Report = Incoming<"mail.report-received.v1">["body"];

/** A report that names no message is about one that was accepted so long before, at most: servers try for five days. */
const tiedWithinMs = 5 * 86_400_000;

/**
 * Ties a report to the send that it is about, and tells it. Anybody can write a report, so it is about sends of the
 * mailbox that received it, and of no other; it changes nothing but what is shown.
 */
export function createTieReport(ports: OutboundPorts) {
  return async ({ body }: Incoming<"mail.report-received.v1">): Promise<void> => {
    const { messageKey: report, mailboxId, undeliverable, at } = body;
    const send = await sendOf(ports.sends, body);
    if (!send) return;
    const named = undeliverable.recipients.map((one) => asSent(send, one));
    const recipients = named.length > 0 ? named : unnamed(send);
    const outbox = [mailUndeliverable(send, recipients, report, at)];
    const undelivered = recipients.map((one) => ({ ...one, at, report }));
    if (!(await ports.sends.noteReport(send.id, undelivered, outbox))) return;
    ports.logger.info({ send: send.id, mailbox: mailboxId }, "a report says that a message was not delivered");
    await publishOutbox(ports, send.id, outbox);
  };
}

type Recipient = Report["undeliverable"]["recipients"][number];

/** With `original` if it is one of the send's recipients, as it was written there; the only one if the report names none. */
function asSent({ to }: StoredSend, { original, ...one }: Recipient): Recipient {
  const among = (address: string) => to.find((other) => other.toLowerCase() === address.toLowerCase());
  if (among(one.address) !== undefined) return one;
  const sent = (original !== undefined && (among(original) ?? among(withoutXtext(original)))) || undefined;
  const known = sent ?? (to.length === 1 ? to[0] : undefined);
  return known === undefined ? one : { ...one, original: known };
}

/** Some servers repeat ORCPT as they were given it (RFC 3461 §4). */
const withoutXtext = (text: string) =>
  text.replace(/\+([2-7][0-9A-F])/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));

/** A report that names nobody is about the only recipient, if there is one only. */
const unnamed = ({ to }: StoredSend) =>
  to.length === 1 ? to.map((address) => ({ address, status: null })) : [{ address: "somebody", status: null }];

/** By the id that Mailfleet wrote into its header, else its Message-ID, else, if it is the only one, whom it went to. */
async function sendOf(
  sends: Pick<OutboundPorts["sends"], "get" | "byKey">,
  { mailboxId, undeliverable, at }: Report,
): Promise<StoredSend | null> {
  const { sendId, messageId, recipients } = undeliverable;
  const named = sendId === undefined ? null : await sends.get(sendId);
  if (named?.mailboxId === mailboxId) return named;
  const byKey = (key: string | undefined, since: number) =>
    key === undefined ? [] : sends.byKey(mailboxId, key, since);
  if (messageId !== null) {
    const [key] = searchKeys({ messageIds: [messageId], from: [], to: [] });
    return (await byKey(key, 0))[0] ?? null;
  }
  const [first] = searchKeys({ messageIds: [], from: [], to: recipients.map(sentTo) });
  const sent = (await byKey(first, at - tiedWithinMs)).filter(({ acceptedAt }) => acceptedAt <= at);
  const isAlone = sent.length === 1 && sent[0]?.state === "sent";
  const to = new Set(sent[0]?.to.map((address) => address.toLowerCase()));
  return isAlone && recipients.every((one) => to.has(sentTo(one).toLowerCase())) ? (sent[0] ?? null) : null;
}

const sentTo = ({ address, original = address }: Recipient) => original;
