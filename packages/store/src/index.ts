/** MongoDB: one repository per collection, each owned by one service. The only importer of `mongodb`. */
export { connectStore, isDuplicateKey, isOutage, type Store, type StoreOptions } from "./connect.ts";
