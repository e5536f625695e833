/** Gmail's API. Heavy: services import it when a profile needs it. Importing it does nothing by itself. */
export { gmailInbound } from "./gmail-inbound.ts";
export { gmailOutbound } from "./gmail-outbound.ts";
