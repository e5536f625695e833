import { type Engines, startReplica } from "./replica.ts";
import { shortLengths, slowConnector } from "./slow-connector.ts";

/** A process of the service that a test freezes in the middle of a run. */
const engines = JSON.parse(process.argv[2] ?? "") as Engines;
await startReplica(engines, { connectors: { imap: slowConnector }, lengths: shortLengths });
process.send?.("ready");
