import { ProblemError } from "@mailfleet/contracts";
import { readAttachments, UnsendableMessage } from "@mailfleet/mime";
import type { OutboundPorts } from "../ports.ts";
import type { NewSend } from "./send.ts";
import { storedMessage } from "./stored-message.ts";

/**
 * Throws `TOO_LARGE` if one attachment is larger than `most` bytes before it is encoded; absent: there is no limit. A
 * message that is not larger itself is not read: no part of it can be.
 */
export async function refuseAttachment(
  ports: Pick<OutboundPorts, "uploads">,
  send: Pick<NewSend, "size" | "raw" | "body">,
  most = send.size,
): Promise<void> {
  if (send.size <= most) return;
  const found = await attachmentsOf(send.raw ? [send.raw] : storedMessage(ports, send).stream());
  const large = found.find(({ size }) => size > most);
  if (!large) return;
  throw new ProblemError(
    "TOO_LARGE",
    `The attachment ${JSON.stringify(large.name)} has ${large.size} bytes, at most ${most} may be sent in one attachment.`,
    {
      remedy: "Send a smaller file, or a link to it. An administrator sets the limit: maximumAttachmentKilobytes.",
    },
  );
}

/** What cannot be taken apart has none: whether it may be sent is judged elsewhere. */
async function attachmentsOf(pieces: Parameters<typeof readAttachments>[0]) {
  try {
    return await readAttachments(pieces);
  } catch (error) {
    if (error instanceof UnsendableMessage) return [];
    throw error;
  }
}
