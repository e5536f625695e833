import type { CollectionDeclaration } from "@mailfleet/kit";

/** The collections of alerting that belong to no noun. */
export const collections = {
  /** Clears, so that an older raise that arrives later is recognised. */
  clearMarks: {
    name: "alert-clear-marks",
    indexes: [{ name: "expiry", keys: { expireAt: 1 }, expireAfterSeconds: 0 }],
  },
  /** How far each subscription has come. */
  places: { name: "subscription-places", indexes: [] },
  /** Facts on their way to webhooks. */
  deliveries: {
    name: "deliveries",
    indexes: [
      { name: "due", keys: { subscriptionId: 1, state: 1, nextAt: 1, key: 1 } },
      { name: "order", keys: { subscriptionId: 1, sequence: -1, _id: -1 } },
      { name: "latest", keys: { sequence: -1, _id: -1 } },
      { name: "since", keys: { subscriptionId: 1, at: 1 } },
      { name: "mailbox", keys: { mailboxId: 1 } },
      { name: "forgotten", keys: { expireAt: 1 }, expireAfterSeconds: 0 },
    ],
  },
  /** What was done, by whom. */
  audit: {
    name: "audit",
    indexes: [
      { name: "latest", keys: { at: -1, _id: -1 } },
      { name: "object", keys: { "object.id": 1, at: -1 } },
      { name: "mailbox", keys: { mailboxId: 1, at: -1 } },
      { name: "who", keys: { "by.id": 1, at: -1 } },
      { name: "operation", keys: { operation: 1, at: -1 } },
      { name: "forgotten", keys: { expireAt: 1 }, expireAfterSeconds: 0 },
    ],
  },
  /** The present state of the mail server for notices. */
  mailServer: { name: "notification-server", indexes: [] },
} as const satisfies Record<string, CollectionDeclaration>;
