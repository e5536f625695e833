/** What every connector offers, and what it is given. One package per protocol implements it. */
export type { ConnectOptions } from "./connect-options.ts";
export type { Batch, Cursor, FetchedMessage, InboundConnector, InboundSession } from "./inbound.ts";
export {
  DeferredError,
  type Envelope,
  type OutboundConnector,
  type OutboundSession,
  type Submitted,
  UncertainError,
} from "./outbound.ts";
export { networkFailureCode, systemCodeOf } from "./system-codes.ts";
export type { StepListener, TestReport } from "./test-report.ts";
