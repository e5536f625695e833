/** MongoDB: one repository per collection, each owned by one service. The only importer of `mongodb`. */
export type { AlertDocument, AlertFilter, AlertNotice } from "./alerts/alert-document.ts";
export { type AlertRepository, createAlertRepository } from "./alerts/alert-repository.ts";
export {
  createDeadLetterRepository,
  type DeadLetterDocument,
  type DeadLetterRepository,
} from "./alerts/dead-letter-repository.ts";
export { createNoticeRepository, type NoticeRepository } from "./alerts/notice-repository.ts";
export {
  createNotificationSettingsRepository,
  type NotificationSettingsDocument,
  type NotificationSettingsRepository,
  type RelayState,
} from "./alerts/notification-settings-repository.ts";
export { connectStore, isDuplicateKey, isOutage, type Store, type StoreOptions } from "./connect.ts";
export type { JobDocument, JobItem } from "./jobs/job-document.ts";
export { createJobRepository, type JobRepository, type JobSummary } from "./jobs/job-repository.ts";
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
export type { HandledCommand, ProfileDocument } from "./profiles/profile-document.ts";
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
export { createTokenRepository, type StoredToken, type TokenRepository } from "./tokens/token-repository.ts";
