/** MongoDB. The only importer of `mongodb`: stores of services are written with what is exported here. */
export { connectStore, isDuplicateKey, isOutage, type Store, type StoreOptions } from "./connect.ts";
export { openDocuments, pageFilter } from "./documents/document-store.ts";
export { type AnyBulkWriteOperation, Binary, bytesOf, type Collection, type Document, type Filter } from "./driver.ts";
export type { JobDocument, JobItem } from "./jobs/job-document.ts";
export { createJobRepository, type JobRepository, type JobSummary } from "./jobs/job-repository.ts";
export { createLeaseStore } from "./leases/lease-store.ts";
export type {
  CopiedDirection,
  InboxEntry,
  LastTest,
  MailboxCommit,
  MailboxConfiguration,
  MailboxDocument,
  MailboxForConnection,
} from "./mailboxes/mailbox-document.ts";
export type { MailboxFilter } from "./mailboxes/mailbox-query.ts";
export { createMailboxRepository, type ListedMailbox, type MailboxRepository } from "./mailboxes/mailbox-repository.ts";
export {
  type ConsentDocument,
  type ConsentRepository,
  createConsentRepository,
} from "./oauth/consent-repository.ts";
export { createGrantRepository, type GrantDocument, type GrantRepository } from "./oauth/grant-repository.ts";
export { duplicateKeyCode } from "./outage.ts";
export { createPermitStore } from "./permits/permit-store.ts";
export type { HandledCommand, ProfileCredentials, ProfileDocument } from "./profiles/profile-document.ts";
export {
  createProfileRepository,
  type ProfileChangeSet,
  type ProfileRepository,
} from "./profiles/profile-repository.ts";
export {
  createSettingsRepository,
  type SettingsDocument,
  type SettingsRepository,
} from "./settings/settings-repository.ts";
export { createSlotRepository, type SlotRepository } from "./slots/slot-repository.ts";
export { type WriteFate, writeFates } from "./write-fates.ts";
