import type { CollectionDeclaration } from "@mailfleet/kit";
import { throughputCollection } from "@mailfleet/worker";

/** What outbound-send keeps. */
export const collections = {
  sends: {
    name: "sends",
    indexes: [
      { name: "idempotency", keys: { mailboxId: 1, idempotencyKey: 1 }, unique: true },
      { name: "ofMailbox", keys: { mailboxId: 1, acceptedAt: -1, _id: -1 } },
      { name: "findBy", keys: { findBy: 1, acceptedAt: -1, _id: -1 } },
      { name: "newest", keys: { acceptedAt: -1, _id: -1 } },
      { name: "due", keys: { mailboxId: 1, due: 1, _id: 1 }, where: { due: { $exists: true } } },
      {
        name: "attention",
        keys: { attention: 1, mailboxId: 1, acceptedAt: 1 },
        where: { attention: { $exists: true } },
      },
      { name: "claimed", keys: { "claim.owner": 1 }, where: { "claim.owner": { $exists: true } } },
      { name: "afterwards", keys: { "afterwards.at": 1 }, where: { "afterwards.at": { $exists: true } } },
      { name: "outbox", keys: { "outbox.at": 1 }, where: { "outbox.0": { $exists: true } } },
      { name: "expiry", keys: { purgeAt: 1 }, expireAfterSeconds: 0 },
    ],
  },
  /** Messages and attachments in pieces. */
  uploads: { name: "uploads", indexes: [{ name: "expiry", keys: { purgeAt: 1 }, expireAfterSeconds: 0 }] },
  /** One small document for each process that sends; they carry leases. */
  journals: { name: "sendJournals", indexes: [{ name: "abandoned", keys: { "lease.until": 1 } }] },
  activity: { name: "outboundActivity", indexes: [] },
  /** What was done by minute and by hour, one document for each process and slot. */
  throughput: throughputCollection("outboundThroughput"),
} as const satisfies Record<string, CollectionDeclaration>;
