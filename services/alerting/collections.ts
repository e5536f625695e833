import type { CollectionDeclaration } from "@mailfleet/kit";

/** What alerting keeps besides its nouns. */
export const collections = {
  /** That something was cleared, for a raise that is older but comes later. */
  clearMarks: {
    name: "alert-clear-marks",
    indexes: [{ name: "expiry", keys: { expireAt: 1 }, expireAfterSeconds: 0 }],
  },
  /** How the mail server for notices works at the moment. */
  mailServer: { name: "notification-server", indexes: [] },
} as const satisfies Record<string, CollectionDeclaration>;
