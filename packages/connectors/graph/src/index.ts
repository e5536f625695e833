/** Sending by Microsoft Graph. Services import it when a setting asks for it; importing it does nothing by itself. */
export { graphOutbound } from "./graph-outbound.ts";
