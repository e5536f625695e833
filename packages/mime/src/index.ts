/** Mail as bytes: reading headers, composing, parsing within limits. No network, no files. */
export {
  type Attachment,
  type ComposedMessage,
  type ComposeMessage,
  composeMessage,
  type StreamedComposition,
  streamMessage,
} from "./compose-message.ts";
export { type ComposeProbe, composeProbe } from "./compose-probe.ts";
export { HEADER_LIMIT } from "./header-block.ts";
export {
  domainOf,
  type IsOurProbe,
  messageIdForProbe,
  messageIdForSend,
  ownHeaders,
  type ProbeMark,
  readProbeMark,
  type SignProbe,
  writeProbeMark,
} from "./message-id.ts";
export { UnsendableMessage } from "./message-walker.ts";
export { type ParsedBody, type ParseLimits, parseBody } from "./parse-body.ts";
export { type PreparedRaw, type PrepareRaw, prepareRaw } from "./prepare-raw.ts";
export { addressLimit, type MessageHeaders, readHeaders } from "./read-headers.ts";
export { readOriginal } from "./read-original.ts";
export { rewriteMessage, rewriteStream } from "./rewrite-message.ts";
export { MessageFacts, MessageScanner, scanMessage } from "./scan-message.ts";
