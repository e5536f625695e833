/** SMTP: tests a way out and hands messages over, telling certainly sent, certainly not sent and uncertain apart. */
export { type Deadlines, defaultDeadlines } from "./deadlines.ts";
export { smtpConnector } from "./smtp-connector.ts";
