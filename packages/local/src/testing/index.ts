/** Real engines and small tools for the test suites of every package. */
export type { Engine } from "../engines/engine.ts";
export { type EventuallyOptions, eventually } from "../engines/eventually.ts";
export { freePort } from "../engines/free-port.ts";
export { startMongo, startNats, type TestMongo, tempDir } from "./start-engines.ts";
