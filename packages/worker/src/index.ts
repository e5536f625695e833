/** What both workers do with a run. */

export { failureFor } from "./describe-error.ts";
export { workerEnvironment } from "./environment.ts";
export { createRunMetrics } from "./metrics.ts";
export { type OpenedConnection, signInKey } from "./open-connection.ts";
export { watchPermitKeys } from "./permit-keys.ts";
export type { WorkerPorts } from "./ports.ts";
export { type HandleRun, type Hold, nothingHeld, type RunEnd, type StartedRun } from "./run.ts";
export type { RunWork, Worked } from "./run-handler.ts";
export { createSentFolder, type SentFolder } from "./sent-folder.ts";
export { signInCollection } from "./sign-in/collection.ts";
export { createSlots, type Slot, type Slots } from "./slots.ts";
export { workerAsks, workerPublishes } from "./speaks.ts";
export type { TestedRun, TestWork } from "./test-handler.ts";
export { throughputCollection } from "./throughput/collection.ts";
export { ThroughputCounter } from "./throughput/counter.ts";
export { createThroughputStore, type ThroughputStore } from "./throughput/store.ts";
export { createWorker, type Worker } from "./worker.ts";
