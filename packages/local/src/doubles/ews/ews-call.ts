import type { EwsMailbox } from "./ews-mailbox.ts";
import type { XmlElement } from "./xml.ts";

/** One operation that somebody may ask for. */
export interface EwsCall {
  /** The operation's element. */
  readonly request: XmlElement;
  /** Whose mailbox is meant if the request does not say. */
  readonly mailbox: EwsMailbox;
  /** A mailbox that the caller may open. Throws `ErrorNonExistentMailbox` or `ErrorAccessDenied`. */
  readonly open: (address: string) => EwsMailbox;
  /** Every mailbox that the caller may open: an item's id tells where it lies. */
  readonly reachable: () => readonly EwsMailbox[];
  /** Whether another mailbox has this item: then it is forbidden, not unknown. */
  readonly exists: (id: string) => boolean;
  /** Hands a message to its recipients. Throws `EwsError`. */
  readonly deliver: (from: EwsMailbox, raw: Buffer) => void;
  /** The message's MIME, as this time it is written. */
  readonly written: (raw: Buffer) => Buffer;
  /** Addresses in the directory. */
  readonly directory: () => readonly string[];
  /** Random bytes that make sync states as long as those of large folders. */
  readonly syncStateBytes: number;
}

/** Answers one thing that was asked for; throws `EwsError` if it fails. */
export interface EwsOperation {
  /** What is asked for: each gets a response message. */
  readonly each: (call: EwsCall) => readonly XmlElement[];
  /** The content of the response message. */
  readonly answer: (call: EwsCall, one: XmlElement) => string;
  /** What a failed response message has besides its error. */
  readonly afterError?: string;
}

/** The request itself is the one thing that is asked for. */
export const whole = ({ request }: EwsCall): readonly XmlElement[] => [request];
