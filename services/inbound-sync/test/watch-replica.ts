import { startReplica } from "./replica.ts";

/** A process of the service that a test kills while it holds watches. */
const [, , natsUrl = "", mongoUrl = "", database = ""] = process.argv;
await startReplica({ natsUrl, mongoUrl, database }, {});
process.send?.("ready");
