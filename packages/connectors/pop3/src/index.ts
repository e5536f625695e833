/** Receiving over POP3. */
export type { Pop3Deadlines } from "./deadlines.ts";
export { createPop3Connector, pop3Connector } from "./pop3-connector.ts";
