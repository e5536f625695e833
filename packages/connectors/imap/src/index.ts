/** Receiving over IMAP. */
export { imapConnector } from "./imap-connector.ts";
