/** Receiving over IMAP. */
export { createImapConnector, type ImapDeadlines, imapConnector } from "./imap-connector.ts";
