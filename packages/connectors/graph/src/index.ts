/** Microsoft Graph. Services import it when a setting needs it. Importing it does nothing else. */
export { graphAct } from "./graph-act.ts";
export { graphInbound } from "./graph-inbound.ts";
export { graphOutbound } from "./graph-outbound.ts";
