import { Binary, type Store } from "@mailfleet/store";

/** Content that is too large for one request, in pieces; each lives an hour (TTL). */
export interface UploadStore {
  /** The same piece again replaces itself. */
  append(uploadId: string, index: number, data: Uint8Array): Promise<void>;
  /** All pieces together, or `null` if one is missing. */
  read(uploadId: string, pieces: number): Promise<Buffer | null>;
  remove(uploadId: string, pieces: number): Promise<void>;
}

interface UploadPiece {
  readonly _id: string;
  readonly data: Binary;
  readonly at: Date;
}

/** The collection `uploads`, with its index. */
export async function createUploadStore(store: Store): Promise<UploadStore> {
  const uploads = store.db.collection<UploadPiece>("uploads");
  await uploads.createIndex({ at: 1 }, { expireAfterSeconds: 3600 });
  const ids = (uploadId: string, pieces: number) =>
    Array.from({ length: pieces }, (_, index) => `${uploadId}/${index}`);
  return {
    append: async (uploadId, index, data) => {
      await uploads.updateOne(
        { _id: `${uploadId}/${index}` },
        { $set: { data: new Binary(data), at: new Date() } },
        { upsert: true },
      );
    },
    read: async (uploadId, pieces) => {
      const wanted = ids(uploadId, pieces);
      const found = await uploads.find({ _id: { $in: wanted } }).toArray();
      const byId = new Map(found.map((piece) => [piece._id, piece.data]));
      const parts = wanted.map((id) => byId.get(id));
      if (parts.some((part) => part === undefined)) return null;
      return Buffer.concat(parts.flatMap((part) => (part ? [part.buffer.subarray(0, part.position)] : [])));
    },
    remove: async (uploadId, pieces) => {
      await uploads.deleteMany({ _id: { $in: ids(uploadId, pieces) } });
    },
  };
}
