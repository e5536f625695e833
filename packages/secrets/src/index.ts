/** Sealing and opening credentials. With `oauth`, the only importer of `jose`. */
export { generateKey, generateKeyFiles, OpenKeyFile, publicKeysOf } from "./key-files.ts";
export { loadOpener, type Opener } from "./open.ts";
export { loadProbeCodes, type ProbeCodes } from "./probe-codes.ts";
export { loadSealer, type Sealer } from "./seal.ts";
