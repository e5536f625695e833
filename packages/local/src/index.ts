/** Local engines, supervisor and sandbox mail server: for the demo, development and tests. */

export type { Sandbox } from "./sandbox/index.ts";
export { type Stack, type StackOptions, startStack } from "./stack/index.ts";
