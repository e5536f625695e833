import { type Grant, type Mailbox, type Profile, RetryPolicy, type Send, type Settings } from "@mailfleet/contracts";

const direction = {
  configured: true,
  state: "enabled.running",
  enabled: true,
  verdict: "Success",
  generation: 3,
  lastTest: null,
  attempt: 0,
  attemptsLeft: 10,
  lastError: null,
  next: { at: 1_700_000_000_000, why: "poll", everyMs: 300_000 },
} as const;

/** A mailbox as `config` answers it. */
export const mailboxSample: Mailbox = {
  id: "mb_sales01",
  v: 7,
  address: "sales@example.org",
  kind: "queue",
  ownership: 1,
  profileId: "pf_sample01",
  deliveryMethods: { inbound: "server-side", outbound: "server-side", act: "none" },
  allowToUseCredentials: true,
  deleteAfterProcessing: false,
  active: true,
  credentials: { username: "sales", setAt: 1_700_000_000_000 },
  wanted: true,
  lifecycle: "enabled.running",
  approval: { state: "approved", at: 1_700_000_000_000, by: "first administrator" },
  directions: {
    inbound: direction,
    outbound: { ...direction, next: null },
    act: { ...direction, configured: false, state: "off", enabled: false, verdict: "NotRun", next: null },
  },
  createdAt: 1_700_000_000_000,
  changedAt: 1_700_000_000_000,
};

/** Settings as `config` answers them. */
export const settingsSample: Settings = {
  v: 1,
  organisationId: null,
  approvalRequiredForUsers: true,
  approvalRequiredForQueues: true,
  selfApproval: false,
  defaultProfileId: null,
  inboundDeliveryMethod: "server-side",
  outboundDeliveryMethod: "server-side",
  actDeliveryMethod: "none",
  retryPolicy: RetryPolicy.parse({}),
  maximumMessageKilobytes: 26_624,
  maximumAttachmentKilobytes: 26_624,
  messageRetentionDays: 30,
  allowedOutboundPorts: null,
  allowedNetworks: [],
};

/** A profile as `config` answers it. */
export const profileSample: Profile = {
  id: "pf_sample01",
  v: 1,
  name: "Sample",
  massFailureAlert: true,
  sameSettingsForOutgoing: false,
  forOwners: true,
  maintenance: [],
  type: "other",
  inbound: { protocol: "imap", host: "mail.example.org", port: 993, security: "tls", credentials: "mailbox" },
  outbound: { protocol: "smtp", host: "mail.example.org", port: 465, security: "tls", credentials: "mailbox" },
  minimumPollingIntervalMinutes: 0,
  maximumConcurrentConnections: 10,
  connectionTimeoutMs: 30_000,
  watch: true,
  uncertainPolicy: "hold",
  sentCopy: "server",
  tagUndeliverable: true,
  eightBitPolicy: "encode",
  sendExpiryHours: 72,
  active: true,
  isDefault: false,
  inboundCredentials: null,
  outboundCredentials: null,
  oauthSecret: null,
  nextInboundCredentials: null,
  nextOutboundCredentials: null,
  nextOauthSecret: null,
  nextTest: null,
  mailboxes: 0,
  maximumMailboxes: null,
  createdAt: 1_700_000_000_000,
  changedAt: 1_700_000_000_000,
};

/** A profile whose mailboxes' users sign in. */
export const signInProfileSample: Profile = {
  ...profileSample,
  id: "pf_gmail001",
  name: "Gmail",
  type: "gmail",
  inbound: { protocol: "imap", host: "imap.gmail.com", port: 993, security: "tls", credentials: "oauth" },
  outbound: { protocol: "smtp", host: "smtp.gmail.com", port: 465, security: "tls", credentials: "oauth" },
  oauth: { provider: "google", flow: "sign-in", clientId: "client-1", clientAuthentication: "secret" },
  maximumMailboxes: 100,
};

/** What the mailbox's user permitted. */
export const grantSample: Grant = {
  mailboxId: "mb_sales01",
  v: 1,
  state: "good",
  account: "sales@example.org",
  scopes: ["https://mail.google.com/"],
  grantedAt: 1_700_000_000_000,
  grantedBy: "sales@example.org",
  expiresAt: 1_900_000_000_000,
  accessTokenExpiresAt: 1_700_003_600_000,
  lastRefreshAt: null,
  lastRefreshFailure: null,
};

/** A send as `outbound-send` answers it. */
export const sendSample: Send = {
  id: "sn_sample01",
  mailboxId: "mb_sales01",
  idempotencyKey: "k",
  state: "accepted",
  messageId: "<1@example.org>",
  from: "sales@example.org",
  to: ["a@example.net"],
  subject: "Hello",
  size: 100,
  acceptedAt: 1_700_000_000_000,
  changedAt: 1_700_000_000_000,
  attempts: [],
  nextAttemptAt: null,
  answer: null,
  rejectedRecipients: [],
  lastError: null,
};
