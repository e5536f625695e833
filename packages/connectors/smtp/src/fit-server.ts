import { isAscii } from "node:buffer";
import type { StreamedMessage } from "@mailfleet/connector-api";
import { type EightBitPolicy, FailureError, failureOf } from "@mailfleet/contracts";
import {
  type MessageFacts,
  MessageScanner,
  rewriteMessage,
  rewriteStream,
  scanMessage,
  scanned,
} from "@mailfleet/mime";
import type { Capabilities } from "./capabilities.ts";

/** A message in the form in which this server takes it. */
export interface FittedMessage {
  readonly message: Uint8Array | StreamedMessage;
  /** Bytes, before lines are ended and dots doubled. */
  readonly size: number;
  readonly eightBit: boolean;
  /** Its header needs an international server (RFC 6531). */
  readonly international: boolean;
}

const sevenBit = { sevenBit: true } as const;

/**
 * Encodes 8-bit text where the server does not offer 8BITMIME (RFC 6152 §3). Throws SERVER_LACKS_EXTENSION where a
 * signature forbids it, or where the header needs SMTPUTF8 and the server does not offer it. With the policy "send" the
 * message goes as it is.
 */
export async function fitServer(
  message: Uint8Array | StreamedMessage,
  capabilities: Capabilities,
  policy: EightBitPolicy,
): Promise<FittedMessage> {
  if (message instanceof Uint8Array) return fitBytes(message, capabilities, policy);
  const given = ofStream(message);
  return goesAsItIs(given, capabilities, policy) ?? encodeStream(message);
}

/** The same for a message in memory, at once. */
export function fitBytes(message: Uint8Array, capabilities: Capabilities, policy: EightBitPolicy): FittedMessage {
  return goesAsItIs(ofBytes(message), capabilities, policy) ?? encodeBytes(message);
}

/** `null`: it must be encoded. */
function goesAsItIs(given: FittedMessage, capabilities: Capabilities, policy: EightBitPolicy): FittedMessage | null {
  if (policy === "send") return { ...given, international: given.international && capabilities.smtpUtf8 };
  if (given.international && !capabilities.smtpUtf8)
    throw lacking("the header has international addresses, and the server does not take them (SMTPUTF8)");
  return !given.eightBit || given.international || capabilities.eightBit ? given : null;
}

function ofBytes(message: Uint8Array): FittedMessage {
  const eightBit = !isAscii(message);
  return { message, size: message.length, eightBit, international: eightBit && hasEightBitHeader(message) };
}

function ofStream(message: StreamedMessage): FittedMessage {
  const { size, eightBit, eightBitHeader } = message;
  return { message, size, eightBit, international: eightBitHeader };
}

function hasEightBitHeader(message: Uint8Array): boolean {
  const bytes = Buffer.from(message.buffer, message.byteOffset, message.byteLength);
  const ends = [bytes.indexOf("\r\n\r\n"), bytes.indexOf("\n\n")].filter((end) => end >= 0);
  return !isAscii(bytes.subarray(0, Math.min(bytes.length, ...ends)));
}

function encodeBytes(message: Uint8Array): FittedMessage {
  const facts = scanMessage(message);
  if (facts === null) return { message, size: message.length, eightBit: false, international: false };
  refuse(facts);
  const encoded = rewriteMessage(message, facts, sevenBit);
  return { message: encoded, size: encoded.length, eightBit: false, international: false };
}

/** Read three times: what is in it, how long it becomes, and while it is sent. At no time it is whole in memory. */
async function encodeStream(message: StreamedMessage): Promise<FittedMessage> {
  const scanner = new MessageScanner();
  for await (const _ of scanned(message.stream(), scanner));
  const facts = scanner.end();
  refuse(facts);
  let size = 0;
  for await (const piece of rewriteStream(message.stream(), facts, sevenBit)) size += piece.length;
  const encoded = {
    size,
    eightBit: false,
    eightBitHeader: false,
    stream: () => rewriteStream(message.stream(), facts, sevenBit),
  };
  return { message: encoded, size, eightBit: false, international: false };
}

function refuse(facts: MessageFacts): void {
  const reason = facts.whyNot(sevenBit);
  if (reason !== null) throw lacking(`${reason} The server takes no 8-bit text (8BITMIME).`);
}

function lacking(reply: string): FailureError {
  return new FailureError(failureOf("SERVER_LACKS_EXTENSION", { reply }));
}
