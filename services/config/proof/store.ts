import type { Collection, Store } from "@mailfleet/store";
import { collections } from "../collections.ts";

/** A code that was sent to a mailbox's address. It is removed an hour after its end. */
export interface ProofDocument {
  /** From the command that asked for it: a repetition finds it again. */
  _id: string;
  mailboxId: string;
  /** Number of the mailbox's ownership at that time; another address or owner makes the code worthless. */
  ownership: number;
  /** Where it was sent. */
  address: string;
  /** SHA-256 of id and code, base64url. */
  hash: string;
  /** How often somebody tried to use it. */
  tries: number;
  begunAt: number;
  endsAt: number;
  /** Set once the mail server has taken it. */
  sentAt?: number;
  expireAt: Date;
}

/** The collection `proofs`. */
export function createProofStore(store: Store) {
  const proofs: Collection<ProofDocument> = store.db.collection<ProofDocument>(collections.proofs.name);
  return {
    load: (id: string) => proofs.findOne({ _id: id }),
    /** In place of the code of the same command, whose mail may not have left. */
    async begin(proof: ProofDocument) {
      await proofs.replaceOne({ _id: proof._id }, proof, { upsert: true });
    },
    async sent(id: string, at: number) {
      await proofs.updateOne({ _id: id }, { $set: { sentAt: at } });
    },
    /** The newest of a mailbox: only that one is good. */
    newest: (mailboxId: string) => proofs.findOne({ mailboxId }, { sort: { begunAt: -1 } }),
    /** How many were asked for since then. */
    countSince: (mailboxId: string, since: number) =>
      proofs.countDocuments({ mailboxId, begunAt: { $gt: since } }, { limit: 100 }),
    /** Counts a try; false: there were as many as there may be. */
    async tryOnce(id: string, atMost: number) {
      const { modifiedCount } = await proofs.updateOne({ _id: id, tries: { $lt: atMost } }, { $inc: { tries: 1 } });
      return modifiedCount === 1;
    },
    async remove(mailboxId: string) {
      await proofs.deleteMany({ mailboxId });
    },
  };
}
export type ProofStore = ReturnType<typeof createProofStore>;
