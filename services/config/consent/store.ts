import type { Sealed } from "@mailfleet/contracts";
import type { Collection, Store } from "@mailfleet/store";
import { collections } from "../collections.ts";

/** A sign-in that has begun. It is removed an hour after its end. */
export interface ConsentDocument {
  _id: string;
  mailboxId: string;
  /** Number of the mailbox's ownership at that time; a later one makes the consent worthless. */
  ownership: number;
  profileId: string;
  /** Where code and verifier go. */
  tokenEndpoint: string;
  /** Version of the profile by whose application it was begun. */
  profileV: number;
  by: string;
  flow: "code" | "device";
  /** SHA-256 of `state` and of the browser's cookie, base64url; only of the flow `code`. */
  stateHash?: string;
  browserHash?: string;
  verifier?: Sealed;
  redirectUri?: string;
  device?: { code: Sealed; intervalMs: number; expiresAt: number };
  createdAt: number;
  /** When it is too late to complete it. */
  endsAt: number;
  /** Set once: a `state` is good for one redirect. */
  takenAt?: number;
  /** Set once the grant was kept. */
  completedAt?: number;
  expireAt: Date;
}

/** The collection `consents`. */
export function createConsentStore(store: Store) {
  const consents: Collection<ConsentDocument> = store.db.collection<ConsentDocument>(collections.consents.name);
  return {
    /** Repeated with the same id it changes nothing. */
    async insert(consent: ConsentDocument) {
      const { _id, ...rest } = consent;
      await consents.updateOne({ _id }, { $setOnInsert: rest }, { upsert: true });
    },
    load: (id: string) => consents.findOne({ _id: id }),
    findByState: (stateHash: string) => consents.findOne({ stateHash }),
    /** Marks it taken; `null` if it was before. */
    take: (id: string, at: number) =>
      consents.findOneAndUpdate(
        { _id: id, takenAt: { $exists: false } },
        { $set: { takenAt: at } },
        { returnDocument: "after" },
      ),
    async keepDevice(id: string, device: NonNullable<ConsentDocument["device"]>) {
      await consents.updateOne({ _id: id }, { $set: { device } });
    },
    async complete(id: string, at: number) {
      await consents.updateOne({ _id: id }, { $set: { completedAt: at } });
    },
    /** How many of a mailbox are open. */
    countOpen: (mailboxId: string, now: number) =>
      consents.countDocuments({ mailboxId, endsAt: { $gt: now }, takenAt: { $exists: false } }, { limit: 1000 }),
  };
}
export type ConsentStore = ReturnType<typeof createConsentStore>;
