/** Mail as bytes: reading headers, composing, parsing within limits. No network, no files. */
export { type ComposedMessage, composeMessage, streamMessage } from "./compose-message.ts";
export { composeProbe } from "./compose-probe.ts";
export { type Attachment, contentOfAttachments, readAttachments, withoutAttachments } from "./divide-message.ts";
export { HEADER_LIMIT } from "./header-block.ts";
export {
  domainOf,
  type IsOurProbe,
  messageIdForSend,
  ownHeaders,
  type ProbeMark,
  readProbeMark,
  type SignProbe,
} from "./message-id.ts";
export { UnsendableMessage } from "./message-walker.ts";
export { type ParsedBody, parseBody } from "./parse-body.ts";
export { prepareRaw } from "./prepare-raw.ts";
export { automaticBecause } from "./read-automatic.ts";
export { type MessageHeaders, readHeaders } from "./read-headers.ts";
export { readOriginal } from "./read-original.ts";
export { readUndeliverable } from "./read-undeliverable.ts";
export { rewriteMessage, rewriteStream } from "./rewrite-message.ts";
export { MessageFacts, MessageScanner, scanMessage, scanned } from "./scan-message.ts";
