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
    const recipients = undeliverable.recipients.length > 0 ? undeliverable.recipients : unnamed(send);
    const outbox = [mailUndeliverable(send, recipients, report, at)];
    const undelivered = recipients.map((one) => ({ ...one, at, report }));
    if (!(await ports.sends.noteReport(send.id, undelivered, outbox))) return;
    ports.logger.info({ send: send.id, mailbox: mailboxId }, "a report says that a message was not delivered");
    await publishOutbox(ports, send.id, outbox);
  };
}

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
  const [first] = searchKeys({ messageIds: [], from: [], to: recipients.map(({ address }) => address) });
  const sent = (await byKey(first, at - tiedWithinMs)).filter(({ acceptedAt }) => acceptedAt <= at);
  const isAlone = sent.length === 1 && sent[0]?.state === "sent";
  const to = new Set(sent[0]?.to.map((address) => address.toLowerCase()));
  return isAlone && recipients.every(({ address }) => to.has(address.toLowerCase())) ? (sent[0] ?? null) : null;
}
