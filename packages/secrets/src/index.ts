/** Sealing and opening credentials. With `oauth`, the only importer of `jose`. */
export {
  generateKey,
  generateKeyFiles,
  type KeyFiles,
  OpenKeyFile,
  publicKeysOf,
  SealKeyFile,
} from "./key-files.ts";
export { loadOpener, type Opener } from "./open.ts";
export { loadProbeCodes, type ProbeCodes } from "./probe-codes.ts";
export { loadSealer, type Sealer } from "./seal.ts";
