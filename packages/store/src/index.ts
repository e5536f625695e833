/** MongoDB. The only importer of `mongodb`: stores of services are written with what is exported here. */
export { connectStore, isDuplicateKey, isOutage, type Store } from "./connect.ts";
export { openDocuments } from "./documents/document-store.ts";
export { type AnyBulkWriteOperation, Binary, bytesOf, type Collection, type Document, type Filter } from "./driver.ts";
export { findPage } from "./find-page.ts";
export { groupReads, groupWrites } from "./grouped.ts";
export { createLeaseStore } from "./leases/lease-store.ts";
export { duplicateKeyCode } from "./outage.ts";
export { createPermitStore } from "./permits/permit-store.ts";
export { searchPage } from "./search.ts";
export { createSignInStore } from "./sign-ins/sign-in-store.ts";
export { makeCollections, planCollections } from "./topology.ts";
export { type WriteFate, writeEach, writeFates } from "./write-fates.ts";
