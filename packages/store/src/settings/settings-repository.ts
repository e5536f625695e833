import type { Settings } from "@mailfleet/contracts";
import type { Collection } from "mongodb";
import { isDuplicateKey, type Store } from "../connect.ts";
import { type HandledCommand, handledLength } from "../profiles/profile-document.ts";

/** The settings of the organisation with the commands that made them. */
export interface SettingsDocument extends Settings {
  _id: "organisation";
  /** Version in which a rhythm of the retry policy changed last; absent: in none yet. */
  rhythmV?: number;
  handled: HandledCommand[];
}

/** The one document of the collection `settings`, owned by `config`. */
export interface SettingsRepository {
  load(): Promise<SettingsDocument>;
  /** Compare and swap. `null`: somebody was faster. */
  commit(
    v: number,
    settings: Omit<Settings, "v"> & { readonly rhythmV?: number },
    handled: HandledCommand,
  ): Promise<SettingsDocument | null>;
}

/** Writes the given settings if there are none yet, then the repository. */
export async function createSettingsRepository(
  store: Store,
  initial: Omit<Settings, "v">,
): Promise<SettingsRepository> {
  const settings: Collection<SettingsDocument> = store.db.collection<SettingsDocument>("settings");
  const _id = "organisation";
  try {
    await settings.insertOne({ _id, ...initial, v: 1, handled: [] });
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
  }
  return {
    async load() {
      const found = await settings.findOne({ _id });
      if (!found) throw new Error("the settings of the organisation are gone from the database; restart config");
      return found;
    },
    commit: (v, change, handled) =>
      settings.findOneAndUpdate(
        { _id, v },
        { $set: { ...change, v: v + 1 }, $push: { handled: { $each: [handled], $slice: -handledLength } } },
        { returnDocument: "after" },
      ),
  };
}
