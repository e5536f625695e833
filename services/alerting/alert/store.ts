import type { Collection, Store } from "@mailfleet/store";
import { collections } from "../collections.ts";

interface ClearMark {
  _id: string;
  at: number;
  expireAt: Date;
}

/** Remembers each clear for an hour, so that an older raise that arrives later is recognised. */
export function createClearMarkStore(store: Store) {
  const marks: Collection<ClearMark> = store.db.collection<ClearMark>(collections.clearMarks.name);
  return {
    /** Records that everything with this name was cleared at this time. */
    markCleared: async (name: string, at: number, keepUntil: number) => {
      const later = { at, expireAt: new Date(keepUntil) };
      await marks.updateOne({ _id: name }, { $max: later }, { upsert: true });
    },
    /** The last time that anything with one of these names was cleared; 0 if never. */
    lastCleared: async (names: readonly string[]) => {
      const found = await marks.find({ _id: { $in: [...names] } }).toArray();
      return Math.max(0, ...found.map((mark) => mark.at));
    },
  };
}
export type ClearMarkStore = ReturnType<typeof createClearMarkStore>;
