import type { StreamedMessage } from "@mailfleet/connector-api";
import type { OutboundPorts } from "../ports.ts";
import type { StoredSend } from "./send.ts";

/** A large message as it is read from the store; `unreadable` is what went wrong with that, if anything did. */
export interface StoredMessage extends StreamedMessage {
  readonly unreadable: unknown;
}

/** The message of a send whose bytes are stored in pieces. */
export function storedMessage(
  { uploads }: Pick<OutboundPorts, "uploads">,
  { body, size }: Pick<StoredSend, "body" | "size">,
): StoredMessage {
  const head = Buffer.from(body?.head ?? "", "latin1");
  let unreadable: unknown = null;
  return {
    size,
    eightBit: body?.eightBit ?? true,
    eightBitHeader: body?.eightBitHeader ?? false,
    get unreadable() {
      return unreadable;
    },
    stream: async function* () {
      if (head.length > 0) yield head;
      try {
        yield* uploads.read(body?.uploadId ?? "", { size: size - head.length });
      } catch (error) {
        unreadable = error;
        throw error;
      }
    },
  };
}
