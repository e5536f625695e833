/** What every connector offers, and what it is given. One package per protocol implements it. */
export type { ConnectOptions } from "./connect-options.ts";
export type { Batch, Cursor, FetchedMessage, InboundConnector, InboundSession } from "./inbound.ts";
export {
  type Envelope,
  type OutboundConnector,
  type OutboundSession,
  type Submitted,
  UncertainError,
} from "./outbound.ts";
export type { StepListener, TestReport } from "./test-report.ts";
