import { type InboundConnector, sourceOf } from "@mailfleet/connector-api";
import { defaultDeadlines, type Pop3Deadlines } from "./deadlines.ts";
import { dial } from "./dial.ts";
import { pop3Session } from "./pop3-session.ts";
import { testConnection } from "./test-connection.ts";

/** A POP3 connector with these deadlines. */
export function createPop3Connector(deadlines: Pop3Deadlines): InboundConnector {
  return {
    test: (options, listener, signal) => testConnection(options, deadlines, listener, signal),
    open: async (options, signal) => pop3Session(await dial(options, deadlines, signal), deadlines, sourceOf(options)),
  };
}

/** Receives over POP3 (RFC 1939): recognises new mail by identities, and deletes only what it is told to. */
export const pop3Connector: InboundConnector = createPop3Connector(defaultDeadlines);
