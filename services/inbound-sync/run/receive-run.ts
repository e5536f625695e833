import type { InboundSession } from "@mailfleet/connector-api";
import type { Connection } from "@mailfleet/contracts";
import type { SourceDocument } from "../source/document.ts";
import type { SourceLease } from "../source/store.ts";

/** One mailbox that is read under a lease. */
export interface ReceiveRun {
  readonly connection: Connection;
  readonly session: InboundSession;
  /** As it is now. */
  readonly source: SourceDocument;
  /** What to remember for the connector: names, or only the cursor. */
  readonly remembers: "position" | "identities";
  readonly lease: SourceLease;
  readonly correlation: string | undefined;
  readonly signal: AbortSignal;
  /** Names of messages at which the connection has ended before. */
  readonly alone: ReadonlySet<string>;
  /** Somebody else waits for the connection of this run. */
  connectionWanted(): boolean;
}
