/** What every connector offers, and what it is given. One package per protocol implements it. */
export { networkFailureCode, redactSecrets, systemCodeOf } from "@mailfleet/contracts";
export { checkPort, refuseForbiddenAddresses } from "./allowed-addresses.ts";
export type { ConnectOptions, PasswordCredentials, TokenCredentials } from "./connect-options.ts";
export type { Batch, Cursor, FetchedMessage, InboundConnector, InboundSession, ListOptions } from "./inbound.ts";
export {
  DeferredError,
  type Envelope,
  type OutboundConnector,
  type OutboundSession,
  type Submitted,
  UncertainError,
} from "./outbound.ts";
export type { StepListener, TestReport } from "./test-report.ts";
