import { startReplica } from "./replica.ts";
import { shortLengths, slowConnector } from "./slow-connector.ts";

/** A process of the service that a test freezes in the middle of a run. */
const [, , natsUrl = "", mongoUrl = "", database = ""] = process.argv;
await startReplica({ natsUrl, mongoUrl, database }, { connectors: { imap: slowConnector }, lengths: shortLengths });
process.send?.("ready");
