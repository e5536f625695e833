import type { IndexDescription } from "mongodb";

/** Indexes of `mailboxes`. Partial ones are used only by queries that repeat their condition. */
export const mailboxIndexes: IndexDescription[] = [
  // One living mailbox per address; the address of a deleted one is free again.
  { key: { addressKey: 1 }, name: "address", unique: true, partialFilterExpression: { living: true } },
  { key: { "outbox.at": 1 }, name: "outbox", partialFilterExpression: { "outbox.0": { $exists: true } } },
  // "Which mailboxes have not yet taken over their profile's last change?"
  {
    key: { "configuration.profileId": 1, profileV: 1 },
    name: "profile",
    partialFilterExpression: { living: true },
  },
  { key: { rhythmV: 1 }, name: "rhythm", partialFilterExpression: { living: true } },
  { key: { "status.lifecycle": 1, addressKey: 1 }, name: "lifecycle", partialFilterExpression: { living: true } },
  { key: { rearmAt: 1 }, name: "rearm", partialFilterExpression: { rearmAt: { $exists: true } } },
  { key: { expireAt: 1 }, name: "tombstones", expireAfterSeconds: 0 },
];
