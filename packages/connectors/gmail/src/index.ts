/** Gmail's API. Heavy, so services import it when a profile needs it. Importing it does nothing else. */
export { gmailInbound } from "./gmail-inbound.ts";
export { gmailOutbound } from "./gmail-outbound.ts";
