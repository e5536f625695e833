import { bytesPassed } from "@mailfleet/kit";
import { Binary, bytesOf, type Filter, type Store } from "@mailfleet/store";
import { collections } from "../collections.ts";

/** The pieces of an upload are incomplete, or have expired. */
export class UploadIncomplete extends Error {
  constructor(uploadId: string) {
    super(`the upload ${uploadId} has not all of its pieces`);
    this.name = "UploadIncomplete";
  }
}

interface UploadPiece {
  readonly _id: string;
  readonly data: Binary;
  readonly purgeAt: Date;
}

const UNUSED_MS = 3_600_000;

/**
 * Messages and attachments in pieces as they came, raw: what is too large for one request, or for its send. A piece
 * lives an hour unless it is kept. The collection `uploads`: pieces named `<upload>/<index>`.
 */
export function createUploadStore(store: Store) {
  const uploads = store.db.collection<UploadPiece>(collections.uploads.name);
  const piecesOf = (uploadId: string): Filter<UploadPiece> => ({ _id: { $gte: `${uploadId}/`, $lt: `${uploadId}0` } });
  return {
    /** Durable when it returns. The same piece again replaces itself. */
    append: async (uploadId: string, index: number, data: Uint8Array) => {
      await uploads.updateOne(
        { _id: `${uploadId}/${String(index).padStart(4, "0")}` },
        { $set: { data: new Binary(data), purgeAt: new Date(Date.now() + UNUSED_MS) } },
        { upsert: true },
      );
      bytesPassed(data.length);
    },
    /**
     * The pieces in their order, few at a time in memory. Throws if they are not these, or have not this size together.
     */
    read: async function* (uploadId: string, expected: { pieces?: number; size?: number }) {
      let pieces = 0;
      let size = 0;
      const found = uploads.find(piecesOf(uploadId), { batchSize: 1 }).sort({ _id: 1 });
      for await (const piece of found) {
        const data = bytesOf(piece.data);
        pieces += 1;
        size += data.length;
        yield data;
        bytesPassed(data.length);
      }
      const whole = (expected.pieces ?? pieces) === pieces && (expected.size ?? size) === size;
      if (!whole || pieces === 0) throw new UploadIncomplete(uploadId);
    },
    /** Lives until then: a send refers to it. */
    keep: async (uploadId: string, until: number) => {
      await uploads.updateMany(piecesOf(uploadId), { $set: { purgeAt: new Date(until) } });
    },
    /** Nobody needs it again. The journal does not wait for it; what is left behind expires. */
    remove: async (uploadId: string) => {
      await uploads.deleteMany(piecesOf(uploadId), { writeConcern: { w: 1, journal: false } }).catch(() => {});
    },
  };
}
export type UploadStore = ReturnType<typeof createUploadStore>;
