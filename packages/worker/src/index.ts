/** What both workers do with a run. */
export type { Connections } from "./connections.ts";
export { isServiceAway } from "./describe-error.ts";
export { workerEnvironment } from "./environment.ts";
export { createRunMetrics, type RunMetrics } from "./metrics.ts";
export { type OpenedConnection, signInKey } from "./open-connection.ts";
export type { ConnectorSource, WorkerPorts } from "./ports.ts";
export { type Hold, nothingHeld, type Run, type RunEnd, type StartedRun } from "./run.ts";
export type { RunWork, Worked } from "./run-handler.ts";
export type { TestedRun, TestWork } from "./test-handler.ts";
export { createWorker, type HandleRun, type Worker } from "./worker.ts";
