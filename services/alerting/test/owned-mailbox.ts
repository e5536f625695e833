import type { Mailbox, Profile } from "@mailfleet/contracts";

const off = {
  configured: false,
  state: "off",
  enabled: false,
  verdict: "NotRun",
  generation: 0,
  lastTest: null,
  attempt: 0,
  attemptsLeft: 10,
  lastError: null,
  next: null,
} as const;

/** A mailbox with this owner, as `config` answers it. */
export function ownedMailbox(id: string, email: string): Mailbox {
  return {
    ...{ id, v: 1, address: `${id}@example.org`, kind: "user", owner: { email }, ownership: 1 },
    profileId: "pf_sample01",
    deliveryMethods: { inbound: "server-side", outbound: "none", act: "none" },
    ...{ allowToUseCredentials: true, deleteAfterProcessing: false, active: true, credentials: null, wanted: true },
    lifecycle: "disabled.failed",
    approval: { state: "approved" },
    directions: { inbound: off, outbound: off, act: off },
    ...{ createdAt: 0, changedAt: 0 },
  };
}

/** A profile with this owner, as `config` answers it. */
export function ownedProfile(id: string, owner: string): Profile {
  const server = { host: "mail.example.org", port: 993, security: "tls", credentials: "profile" } as const;
  return {
    ...{
      id,
      v: 1,
      name: id,
      owner,
      type: "other",
      forOwners: true,
      maintenance: [],
      massFailureAlert: true,
      sameSettingsForOutgoing: false,
    },
    ...{ inbound: { protocol: "imap", ...server }, outbound: { protocol: "smtp", ...server } },
    ...{ minimumPollingIntervalMinutes: 0, maximumConcurrentConnections: 10, connectionTimeoutMs: 60_000 },
    ...{
      watch: true,
      tagUndeliverable: true,
      uncertainPolicy: "hold",
      sentCopy: "server",
      eightBitPolicy: "encode",
      sendExpiryHours: 72,
    },
    ...{ inboundCredentials: null, outboundCredentials: null, oauthSecret: null },
    ...{ nextInboundCredentials: null, nextOutboundCredentials: null, nextOauthSecret: null, nextTest: null },
    ...{ active: true, isDefault: false, mailboxes: 1, maximumMailboxes: null, createdAt: 0, changedAt: 0 },
  };
}
