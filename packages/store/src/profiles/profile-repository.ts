import type { Collection } from "mongodb";
import { isDuplicateKey, type Store } from "../connect.ts";
import { type HandledCommand, handledLength, type ProfileDocument } from "./profile-document.ts";

/** A profile as it is written back: all of it except what the repository maintains. */
export type ProfileChangeSet = Pick<
  ProfileDocument,
  | "settings"
  | "active"
  | "inboundCredentials"
  | "outboundCredentials"
  | "oauthSecret"
  | "changedIn"
  | "relevantV"
  | "changedAt"
>;

/** Fields that may be taken away again. */
const optionalFields = ["inboundCredentials", "outboundCredentials", "oauthSecret"] as const;

/** The collection `profiles`, owned by `config`. Every method throws an outage (`isOutage`) while MongoDB is away. */
export interface ProfileRepository {
  /** `exists`: the id is taken; `name-taken`: a living profile has this name. Nothing was written then. */
  insert(profile: ProfileDocument): Promise<"inserted" | "exists" | "name-taken">;
  /** Deleted or not. */
  load(id: string): Promise<ProfileDocument | null>;
  /** Compare and swap. `null`: somebody was faster. */
  commit(
    id: string,
    v: number,
    change: ProfileChangeSet,
    handled: HandledCommand,
  ): Promise<ProfileDocument | "name-taken" | null>;
  /** Compare and swap: deleted, but for a tombstone that repeats the answer. `null`: somebody was faster. */
  bury(id: string, v: number, handled: HandledCommand, expireAt: Date): Promise<ProfileDocument | null>;
  /** Undoes `bury`, because a mailbox has begun to use it meanwhile. */
  unbury(id: string, commandId: string): Promise<void>;
  /** Remembers what was said of the end of its secret; no new version. */
  warned(id: string, key: string | null): Promise<void>;
  /** Living profiles in the order of their ids. */
  list(page: { limit: number; cursor?: string }): Promise<{ items: ProfileDocument[]; next: string | null }>;
  /** Of all living profiles: the version that their mailboxes must have taken into account. */
  relevantVersions(): Promise<{ id: string; relevantV: number }[]>;
}

/** Makes the indexes, then the repository. */
export async function createProfileRepository(store: Store): Promise<ProfileRepository> {
  const profiles: Collection<ProfileDocument> = store.db.collection<ProfileDocument>("profiles");
  await profiles.createIndexes([
    { key: { "settings.name": 1 }, name: "name", unique: true, partialFilterExpression: { living: true } },
    { key: { expireAt: 1 }, name: "tombstones", expireAfterSeconds: 0 },
  ]);
  const remember = (handled: HandledCommand) => ({ handled: { $each: [handled], $slice: -handledLength } });

  return {
    async insert(profile) {
      try {
        await profiles.insertOne(profile);
        return "inserted";
      } catch (error) {
        if (!isDuplicateKey(error)) throw error;
        return (await profiles.countDocuments({ _id: profile._id }, { limit: 1 })) > 0 ? "exists" : "name-taken";
      }
    },

    load: (id) => profiles.findOne({ _id: id }),

    async commit(id, v, change, handled) {
      const absent = optionalFields.filter((field) => change[field] === undefined);
      const set = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
      try {
        return await profiles.findOneAndUpdate(
          { _id: id, v, living: true },
          {
            $set: { ...set, v: v + 1 },
            ...(absent.length > 0 ? { $unset: Object.fromEntries(absent.map((field) => [field, ""])) } : {}),
            $push: remember(handled),
          },
          { returnDocument: "after" },
        );
      } catch (error) {
        if (isDuplicateKey(error)) return "name-taken";
        throw error;
      }
    },

    bury: (id, v, handled, expireAt) =>
      profiles.findOneAndUpdate(
        { _id: id, v, living: true },
        { $set: { v: v + 1, expireAt }, $unset: { living: "" }, $push: remember(handled) },
        { returnDocument: "after" },
      ),

    async unbury(id, commandId) {
      await profiles.updateOne(
        { _id: id },
        { $set: { living: true }, $unset: { expireAt: "" }, $inc: { v: 1 }, $pull: { handled: { id: commandId } } },
      );
    },

    async warned(id, key) {
      await profiles.updateOne({ _id: id }, { $set: { warnedOfSecret: key } });
    },

    async list({ limit, cursor }) {
      const found = await profiles
        .find({ living: true, ...(cursor === undefined ? {} : { _id: { $gt: cursor } }) })
        .sort({ _id: 1 })
        .limit(limit + 1)
        .toArray();
      const items = found.slice(0, limit);
      return { items, next: found.length > limit ? (items.at(-1)?._id ?? null) : null };
    },

    async relevantVersions() {
      const found = await profiles.find({ living: true }, { projection: { relevantV: 1 } }).toArray();
      return found.map(({ _id, relevantV }) => ({ id: _id, relevantV }));
    },
  };
}
