import { ProblemError, searchKeys } from "@mailfleet/contracts";
import type { OutboundPorts } from "../ports.ts";

/** So many automatic answers to one address in this time are a loop of two that answer each other. */
const mostAnswers = 5;
const withinMs = 3_600_000;
/** Messages of one Message-ID that are looked at. */
const copies = 5;

/** An automatic answer that is to be sent. */
interface Answer {
  readonly mailboxId: string;
  readonly to: readonly string[];
  readonly at: number;
  /** Message-ID of what it answers. */
  readonly inReplyTo: string | null;
}

/**
 * Refuses (AUTOMATIC_LOOP) an automatic answer to an automatic message (RFC 3834 §2), and one to an address that has had
 * five from this mailbox within an hour: two that answer each other, and do not say that they are automatic. Mail that a
 * person writes, and notices that answer nothing, do not come here.
 */
export async function refuseLoop(ports: OutboundPorts, { mailboxId, to, at, inReplyTo }: Answer): Promise<void> {
  const automatic = inReplyTo === null ? undefined : await automaticOf(ports, mailboxId, inReplyTo);
  if (automatic !== undefined)
    throw new ProblemError("AUTOMATIC_LOOP", `The message ${inReplyTo} is automatic itself (${automatic}).`, {
      remedy: "Do not answer it automatically. A person may: without Auto-Submitted, or without `automatic`.",
    });
  for (const address of to) {
    const [key = ""] = searchKeys({ messageIds: [], from: [], to: [address] });
    if ((await ports.sends.countAnswers(mailboxId, key, at - withinMs, mostAnswers)) < mostAnswers) continue;
    throw new ProblemError("AUTOMATIC_LOOP", `${address} got ${mostAnswers} automatic answers within an hour.`, {
      remedy: "Look whether two programs answer each other. After an hour it can be answered automatically again.",
    });
  }
}

/** Which field says that what is answered is automatic. What cannot be asked does not hold up an answer. */
async function automaticOf({ bus, logger }: OutboundPorts, mailboxId: string, messageId: string) {
  try {
    const { items } = await bus.request("inbound-sync.message.search", { messageId, mailboxId, limit: copies });
    // A report is found by the message that it is about, too.
    const same = (id: string | null) => id?.trim().toLowerCase() === messageId.trim().toLowerCase();
    return items.find((one) => one.automatic !== undefined && same(one.messageId))?.automatic;
  } catch (error) {
    logger.warn({ mailbox: mailboxId, reason: String(error) }, "whether an automatic answer makes a loop is not known");
    return undefined;
  }
}
