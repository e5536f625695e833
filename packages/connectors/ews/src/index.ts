/** Exchange Web Services. Services import it when a profile needs it. Importing it does nothing else. */
export { ewsAct } from "./ews-act.ts";
export { ewsInbound } from "./ews-inbound.ts";
export { ewsOutbound } from "./ews-outbound.ts";
