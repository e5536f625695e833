import { hostname } from "node:os";

/** The headers by which Mailfleet recognises its own messages. Servers may replace a Message-ID; these stay. */
export const ownHeaders = { probe: "X-Mailfleet-Probe", send: "X-Mailfleet-Send" } as const;

/** The part of an address after the last @, in lower case; this host's name if there is none. */
export function domainOf(address: string): string {
  const domain = address
    .slice(address.lastIndexOf("@") + 1)
    .toLowerCase()
    .replace(/[^a-z0-9.-]/g, "");
  return address.includes("@") && domain ? domain : hostname();
}

/** Message-ID of a test message. The same test always has the same, so a repeat is recognised (RFC 5322 §3.6.4). */
export function messageIdForProbe(mailboxId: string, generation: number, address: string): string {
  return `<test.${mailboxId}.${generation}@${domainOf(address)}>`;
}

/** Message-ID of a send, made from its id, so that a second attempt carries the same. */
export function messageIdForSend(sendId: string, address: string): string {
  return `<${sendId}@${domainOf(address)}>`;
}

/** What the probe header says. */
export interface ProbeMark {
  readonly mailboxId: string;
  readonly generation: number;
  /** When it was sent, milliseconds since the epoch. */
  readonly at: number;
}

/** Makes the code of a text. Nobody can without our key. */
export type SignProbe = (text: string) => string;
/** True if a key of ours made this code for this text. */
export type IsOurProbe = (text: string, code: string) => boolean;

const signedText = ({ mailboxId, generation, at }: ProbeMark) => `${mailboxId}; generation=${generation}; at=${at}`;

/** The value of the probe header. */
export function writeProbeMark(mark: ProbeMark, sign: SignProbe): string {
  const text = signedText(mark);
  return `${text}; code=${sign(text)}`;
}

/**
 * Reads the probe header. `null` if it does not name this mailbox, or if no key of ours made its code: anybody can write
 * such a header, and a message that passes for ours is not shown as received mail.
 */
export function readProbeMark(value: string | null, mailboxId: string, isOurs: IsOurProbe): ProbeMark | null {
  const match = /^\s*(mb_[a-z0-9]{4,40}); generation=(\d{1,9}); at=(\d{1,15}); code=([A-Za-z0-9_-]{1,100})\s*$/.exec(
    value ?? "",
  );
  if (match?.[1] !== mailboxId) return null;
  const mark = { mailboxId, generation: Number(match[2]), at: Number(match[3]) };
  return isOurs(signedText(mark), match[4] as string) ? mark : null;
}
