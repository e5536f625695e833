import type { Incoming } from "@mailfleet/bus";
import { searchKeys } from "@mailfleet/contracts";
import type { OutboundPorts } from "../ports.ts";
import { mailAnswered } from "./facts.ts";
import { publishOutbox } from "./hand-over.ts";
import type { StoredSend } from "./send.ts";

type Answer = Incoming<"mail.answer-received.v1">["body"];

/**
 * Ties an answer to the send that it answers, and tells it. Anybody can write In-Reply-To and References, so it answers
 * sends of the mailbox that received it, and no other; it changes nothing but what is shown.
 */
export function createTieAnswer(ports: OutboundPorts) {
  return async ({ body }: Incoming<"mail.answer-received.v1">): Promise<void> => {
    const { messageKey: message, mailboxId, from, at } = body;
    const send = await sendOf(ports.sends, body);
    if (!send || isOwn(send, from)) return;
    const answer = { message, from, at };
    const outbox = [mailAnswered(send, answer)];
    if (!(await ports.sends.noteAnswer(send.id, answer, outbox))) return;
    ports.logger.debug({ send: send.id, mailbox: mailboxId }, "a message was answered");
    await publishOutbox(ports, send.id, outbox);
  };
}

/** What the mailbox itself wrote goes on with its message, and is no answer to it. */
const isOwn = ({ envelopeFrom }: StoredSend, from: string | null) => from?.toLowerCase() === envelopeFrom.toLowerCase();

/** The one that the nearest Message-ID names. */
async function sendOf(
  sends: Pick<OutboundPorts["sends"], "byKeys">,
  { mailboxId, answersTo }: Answer,
): Promise<StoredSend | null> {
  const keyOf = (id: string) => searchKeys({ messageIds: [id], from: [], to: [] })[0];
  const keys = answersTo.flatMap((id) => keyOf(id) ?? []);
  if (keys.length === 0) return null;
  const found = await sends.byKeys(mailboxId, keys);
  for (const key of keys) {
    const send = found.find(({ messageId }) => keyOf(messageId) === key);
    if (send) return send;
  }
  return null;
}
