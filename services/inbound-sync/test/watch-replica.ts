import { type Engines, startReplica } from "./replica.ts";

/** A process of the service that a test kills while it holds watches. */
const engines = JSON.parse(process.argv[2] ?? "") as Engines;
await startReplica(engines, {});
process.send?.("ready");
