import type { CollectionDeclaration } from "@mailfleet/kit";
import { throughputCollection } from "@mailfleet/worker";

/** How long the document of a process that watched and is gone stays. */
const forgetSeconds = 3600;
const expiry = { name: "expiry", keys: { expireAt: 1 }, expireAfterSeconds: 0 } as const;

/** What inbound-sync keeps. */
export const collections = {
  /** Where each mailbox has been read to, and who watches it; they carry leases. */
  sources: {
    name: "sources",
    indexes: [
      { name: "expected", keys: { "expected.since": 1 }, where: { "expected.since": { $exists: true } } },
      { name: "removed", keys: { removedAt: 1 }, where: { removedAt: { $exists: true } } },
      { name: "silent", keys: { silentAt: 1 }, where: { silentAt: { $exists: true } } },
      {
        name: "unwatched",
        keys: { "watching.holder": 1, "watching.restUntil": 1 },
        where: { "expected.expects": "success" },
      },
      { name: "watching", keys: { "watching.holder": 1 }, where: { "watching.holder": { $type: "string" } } },
    ],
  },
  /** Processes that hold watches; they carry leases. */
  watchers: {
    name: "watchers",
    indexes: [{ name: "gone", keys: { "lease.until": 1 }, expireAfterSeconds: forgetSeconds }],
  },
  messages: {
    name: "messages",
    indexes: [
      expiry,
      { name: "findBy", keys: { findBy: 1, storedAt: -1, _id: -1 } },
      { name: "ofMailbox", keys: { mailboxId: 1, storedAt: -1, _id: -1 } },
      { name: "newest", keys: { storedAt: -1, _id: -1 } },
    ],
  },
  messageParts: { name: "messageParts", indexes: [expiry] },
  /** What was handed over, known by its content. */
  fingerprints: { name: "fingerprints", indexes: [] },
  /** Names of messages at servers that have no order. */
  names: { name: "names", indexes: [] },
  /** What was done by minute and by hour, one document for each process and slot. */
  throughput: throughputCollection("inboundThroughput"),
} as const satisfies Record<string, CollectionDeclaration>;
