/** What every connector offers, and what it is given. One package per protocol implements it. */
export { networkFailureCode, redactSecrets, systemCodeOf } from "@mailfleet/contracts";
export { type ActConnector, type ActSession, type ItemFolder, itemFolders } from "./act.ts";
export { AnswerTime } from "./answer-time.ts";
export type { ConnectOptions, PasswordCredentials, SignInGate, TokenCredentials } from "./connect-options.ts";
export { foreignWords } from "./foreign-words.ts";
export {
  type Batch,
  type Cursor,
  checkBalance,
  concernsMessage,
  type FetchedMessage,
  type InboundConnector,
  type InboundSession,
  type InboundWatch,
  isSought,
  type Known,
  LinkBroke,
  type ListOptions,
  MessageRefused,
  type NotChanged,
  type RefusedMessage,
  type SentMessage,
  type SettledInbox,
  type SoughtMessage,
  type SourceIdentity,
  sourceOf,
  type WatchOptions,
} from "./inbound.ts";
export { type Mark, markProperty, markText, readMark } from "./mark.ts";
export {
  DeferredError,
  type Envelope,
  type OutboundConnector,
  type OutboundSession,
  ofTheMailbox,
  type Permission,
  PermissionRefused,
  permitted,
  type RejectedRecipient,
  type StreamedMessage,
  type Submitted,
  UncertainError,
} from "./outbound.ts";
export { replyBeginning } from "./reply-beginning.ts";
export { refusedCredentials, renewedTokenRefused, signedInAs, throughGate, tokenExchange } from "./signing-in.ts";
export { createSizeCheck, heldBytes, LARGEST_MESSAGE, type ReadBytes, type SizeCheck } from "./size-check.ts";
export {
  endsBeforeSignIn,
  NotSignedIn,
  notSignedInWords,
  recordTest,
  type StepListener,
  type TestReport,
} from "./test-report.ts";
export { createWaysToSignIn, type WayToSignIn, type WhatFailed } from "./ways-to-sign-in.ts";
