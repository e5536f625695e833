import { type AuditEntry, naming } from "@mailfleet/contracts";
import type { ListQuery } from "@mailfleet/kit";
import { type Collection, findPage, type Store } from "@mailfleet/store";
import { collections } from "../collections.ts";

/** An entry as it is kept. */
export interface StoredEntry extends Readonly<Omit<AuditEntry, "id">> {
  readonly _id: string;
  readonly expireAt: Date;
}

/** An entry as people see it. */
export function shownEntry({ _id: id, expireAt: _, ...entry }: StoredEntry): AuditEntry {
  return { id, ...entry };
}

/** The audit: entries are added, and time removes them. */
export function createAuditStore(store: Store) {
  const entries: Collection<StoredEntry> = store.db.collection<StoredEntry>(collections.audit.name);
  return {
    /** One that is kept already stays as it is. */
    keep: async (given: readonly AuditEntry[], expireAt: Date) => {
      const writes = given.map(({ id, ...rest }) => ({
        updateOne: { filter: { _id: id }, update: { $setOnInsert: { ...rest, expireAt } }, upsert: true },
      }));
      await entries.bulkWrite(writes as never, { ordered: false });
    },
    get: (id: string) => entries.findOne({ _id: id }),
    list: (query: ListQuery): Promise<StoredEntry[]> => findPage(entries, query),
    /** That something was done with the mailbox stays, and who did it; what it was called and what changed goes. */
    forgetMailbox: async ({ mailboxId, address }: { mailboxId: string; address: string }): Promise<number> => {
      const named = { $regex: naming(address), $options: "i" };
      const texts = ["object.label", "detail", "changes.before", "changes.after", "by.name"];
      const { modifiedCount } = await entries.updateMany(
        { $or: [{ mailboxId }, { "object.id": mailboxId }, ...texts.map((path) => ({ [path]: named }))] },
        { $set: { changes: [] }, $unset: { "object.label": "", detail: "" } },
      );
      await entries.updateMany({ "by.name": named }, { $set: { "by.name": "owner of an erased mailbox" } });
      return modifiedCount;
    },
  };
}
export type AuditStore = ReturnType<typeof createAuditStore>;
