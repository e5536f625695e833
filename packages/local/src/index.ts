/** Local engines, supervisor and sandbox mail server: for the demo, development and tests. */
export type { Engine, EngineOptions } from "./engines/engine.ts";
export { EngineUnavailable } from "./engines/engine-unavailable.ts";
export { startMongoEngine } from "./engines/mongo-engine.ts";
export { startNatsEngine } from "./engines/nats-engine.ts";
export { type Sandbox, type SandboxOptions, type Submission, startSandbox, type Trouble } from "./sandbox/index.ts";
export {
  type LogLine,
  type LogSelection,
  type ServiceProcess,
  type ServiceState,
  type Stack,
  type StackEngine,
  type StackOptions,
  startStack,
} from "./stack/index.ts";
