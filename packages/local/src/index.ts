/** Local engines, supervisor and sandbox mail server: for the demo, development and tests. */
export type { Engine, EngineOptions } from "./engines/engine.ts";
export { EngineUnavailable } from "./engines/engine-unavailable.ts";
export { startMongoEngine } from "./engines/mongo-engine.ts";
export { startNatsEngine } from "./engines/nats-engine.ts";
export {
  type FailureStage,
  type PlannedFailure,
  type Sandbox,
  type SandboxAccount,
  type SandboxOptions,
  type Submission,
  startSandbox,
} from "./sandbox/index.ts";
