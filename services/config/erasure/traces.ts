import { naming, type Removed } from "@mailfleet/contracts";
import type { Collection, Document, Store } from "@mailfleet/store";
import { collections } from "../collections.ts";
import { jobCollection } from "../job/body.ts";
import { mailboxCollection } from "../mailbox/store.ts";
import { profileCollection } from "../profile/body.ts";

/** What config keeps of a mailbox, in all of its collections. */
export function createTraceStore(store: Store) {
  const of = (name: string): Collection<Document & { _id: string }> => store.db.collection(name);
  return {
    /** Its tombstone, sign-ins, consent, codes, and its address in jobs and in tests of profiles. A living mailbox stays. */
    async erase({ mailboxId, address }: { mailboxId: string; address: string }): Promise<Removed> {
      const found = await of(mailboxCollection).deleteOne({ _id: mailboxId, living: { $exists: false } });
      const consents = await of(collections.consents.name).deleteMany({ mailboxId });
      const grants = await of(collections.grants.name).deleteMany({ _id: mailboxId });
      const proofs = await of(collections.proofs.name).deleteMany({ mailboxId });
      await of(jobCollection).updateMany(
        { $or: [{ "items.mailboxId": mailboxId }, { "items.address": address }] },
        { $unset: { "items.$[its].address": "", "items.$[its].result.problem": "" } },
        { arrayFilters: [{ $or: [{ "its.mailboxId": mailboxId }, { "its.address": address }] }] },
      );
      await of(collections.jobLines.name).deleteMany({ $or: [{ mailboxId }, { address }] });
      const named = { $regex: naming(address), $options: "i" };
      await of(jobCollection).updateMany(
        { "filter.search": named },
        { $set: { "filter.search": "an erased mailbox" } },
      );
      await of(profileCollection).updateMany(
        { "nextTest.mailbox": address },
        { $set: { "nextTest.mailbox": "an erased mailbox" } },
      );
      return {
        mailboxes: found.deletedCount,
        "sign-ins": consents.deletedCount,
        consents: grants.deletedCount,
        "codes sent": proofs.deletedCount,
      };
    },
  };
}
export type TraceStore = ReturnType<typeof createTraceStore>;
