import { type ComposedMessage, composeMessage } from "./compose-message.ts";
import { messageIdForProbe, ownHeaders, type SignProbe, writeProbeMark } from "./message-id.ts";

/** Whose test this probe belongs to. */
export interface ComposeProbe {
  readonly mailboxId: string;
  readonly address: string;
  readonly generation: number;
  /** When it is sent, milliseconds since the epoch. */
  readonly at: number;
  /** Makes the code by which we recognise the message when it comes back. */
  readonly sign: SignProbe;
}

/**
 * The message that an outbound test sends to the mailbox's own address. `Auto-Submitted` keeps responders quiet
 * (RFC 3834 §5). When it comes back it is evidence for inbound, never received mail.
 */
export function composeProbe(probe: ComposeProbe): Promise<ComposedMessage> {
  return composeMessage({
    content: {
      to: [probe.address],
      subject: "Mailfleet test message",
      text: "Mailfleet sent this message to test that this mailbox can send. It needs no answer and can be deleted.\r\n",
    },
    from: probe.address,
    messageId: messageIdForProbe(probe.mailboxId, probe.generation, probe.address),
    date: probe.at,
    extraHeaders: { [ownHeaders.probe]: writeProbeMark(probe, probe.sign), "Auto-Submitted": "auto-generated" },
  });
}
