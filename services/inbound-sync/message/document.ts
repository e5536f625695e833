import type { ReceivedMessage } from "@mailfleet/contracts";
import type { Binary } from "@mailfleet/store";

/** Messages up to this are stored inline, larger ones in parts of this size. */
export const INLINE_LIMIT = 256 * 1024;

/** A received message without its bytes. */
export interface StoredMessage {
  /** `<mailboxId>/<native id>`: sorts by mailbox, then by arrival. */
  readonly id: string;
  readonly mailboxId: string;
  /** Milliseconds since the epoch, as all times here. */
  readonly receivedAt: number;
  readonly storedAt: number;
  readonly size: number;
  readonly sha256: string;
  readonly messageId: string | null;
  readonly subject: string | null;
  readonly from: ReceivedMessage["from"];
  readonly to: ReceivedMessage["to"];
  readonly cc: ReceivedMessage["cc"];
  readonly recipients: number;
  readonly date: number | null;
  /** The attached message, in a mailbox that others forward to. */
  readonly original?: NonNullable<ReceivedMessage["original"]>;
  /** It is a mail server's report that a message could not be delivered. */
  readonly undeliverable?: NonNullable<ReceivedMessage["undeliverable"]>;
  /** `automaticBecause` */
  readonly automatic?: string;
  /** Message-IDs of what it answers, the nearest first; absent: it answers nothing. */
  readonly answersTo?: string[];
  readonly unparsed: string | null;
  readonly expireAt: number;
}

/** A message to be stored: with its bytes, or with the number of parts that hold them. */
export interface NewMessage extends StoredMessage {
  readonly raw: Uint8Array | null;
  readonly parts?: number;
}

/** A message as stored in the collection `messages`. */
export interface MessageDocument extends Omit<StoredMessage, "id" | "expireAt"> {
  readonly _id: string;
  readonly raw?: Binary;
  readonly parts?: number;
  /** `searchKeys` */
  readonly findBy?: readonly string[];
  readonly expireAt: Date;
}

/** A piece of a large message in `messageParts`. */
export interface MessagePartDocument {
  /** `<message id>#<four digits>` */
  readonly _id: string;
  readonly data: Binary;
  readonly expireAt: Date;
}

/** Ids of a mailbox's messages lie between these two: `0` is the character after `/`. */
export function idRange(mailboxId: string): { $gte: string; $lt: string } {
  return { $gte: `${mailboxId}/`, $lt: `${mailboxId}0` };
}

export function partId(messageId: string, index: number): string {
  return `${messageId}#${String(index).padStart(4, "0")}`;
}
