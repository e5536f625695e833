/** Sending by Microsoft Graph. Services import it when a setting needs it. Importing it does nothing else. */
export { graphOutbound } from "./graph-outbound.ts";
