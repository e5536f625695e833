import type { Mailbox, Profile, Send } from "@mailfleet/contracts";

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
  profileId: "pf_sample01",
  deliveryMethods: { inbound: "server-side", outbound: "server-side", act: "none" },
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

/** A profile as `config` answers it. */
export const profileSample: Profile = {
  id: "pf_sample01",
  v: 1,
  name: "Sample",
  inbound: { protocol: "imap", host: "mail.example.org", port: 993, security: "tls" },
  outbound: { protocol: "smtp", host: "mail.example.org", port: 465, security: "tls", credentials: "mailbox" },
  minimumPollingIntervalMinutes: 0,
  maximumConcurrentConnections: 10,
  connectionTimeoutMs: 30_000,
  uncertainPolicy: "hold",
  sendExpiryHours: 72,
  active: true,
  isDefault: false,
  outboundCredentials: null,
  mailboxes: 0,
  createdAt: 1_700_000_000_000,
  changedAt: 1_700_000_000_000,
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
