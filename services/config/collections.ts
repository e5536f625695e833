import type { CollectionDeclaration } from "@mailfleet/kit";

/** What config keeps besides its nouns. */
export const collections = {
  /** Sign-ins that have begun. */
  consents: {
    name: "consents",
    indexes: [
      { name: "state", keys: { stateHash: 1 }, unique: true, where: { stateHash: { $exists: true } } },
      { name: "open", keys: { mailboxId: 1, endsAt: 1 } },
      { name: "over", keys: { expireAt: 1 }, expireAfterSeconds: 0 },
    ],
  },
  /** Codes that were sent to addresses of mailboxes. */
  proofs: {
    name: "proofs",
    indexes: [
      { name: "newest", keys: { mailboxId: 1, begunAt: -1 } },
      { name: "over", keys: { expireAt: 1 }, expireAfterSeconds: 0 },
    ],
  },
  /** Lines of a CSV until their job has done them; those of an upload that was broken off are removed after a day. */
  jobLines: {
    name: "job-lines",
    indexes: [{ name: "old", keys: { forgetAt: 1 }, expireAfterSeconds: 0 }],
  },
  /** Consents that were given; they carry leases. */
  grants: {
    name: "grants",
    indexes: [{ name: "unannounced", keys: { announced: 1 }, where: { announced: false } }],
  },
} as const satisfies Record<string, CollectionDeclaration>;
