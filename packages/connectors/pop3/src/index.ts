/** Receiving over POP3. */
export { defaultDeadlines, type Pop3Deadlines } from "./deadlines.ts";
export { pop3Connector } from "./pop3-connector.ts";
