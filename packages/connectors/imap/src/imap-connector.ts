import { type InboundConnector, sourceOf } from "@mailfleet/connector-api";
import { dial } from "./dial.ts";
import { imapSession, openInbox } from "./imap-session.ts";
import { testConnection } from "./test-connection.ts";
import { watchInbox } from "./watch-inbox.ts";

/** Receives over IMAP (RFC 9051, RFC 3501): reads the inbox by UID and changes nothing in it. */
export const imapConnector: InboundConnector = {
  test: testConnection,
  open: async (options, signal) => imapSession(await openInbox(await dial(options, signal), signal), sourceOf(options)),
  watch: (options, watching, signal) => watchInbox(options, watching, signal),
};
