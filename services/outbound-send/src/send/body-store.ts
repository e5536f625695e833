import { randomUUID } from "node:crypto";
import { Binary, bytesOf, type Filter, type Store } from "@mailfleet/store";

/** Messages that are too large to lie in their send, in pieces. */
export interface Bodies {
  /** Durable when it returns (majority, journal). Gives its name. */
  put(raw: Uint8Array): Promise<string>;
  /** Throws if a piece is missing. */
  read(body: string, size: number): Promise<Uint8Array>;
  /** Nobody needs it again. Not waited for by anybody and not journaled; what is left behind goes by its time. */
  remove(body: string): Promise<void>;
}

interface BodyPiece {
  readonly _id: string;
  readonly data: Binary;
  readonly purgeAt: Date;
}

/** Below MongoDB's limit of 16 MB for a document. */
const PIECE = 1024 * 1024;
/** For a send that waits for a person, and for what a crash left without its send. */
const LIFE_MS = 365 * 86_400_000;

/** The collection `sendBodies`, pieces of at most 1 MB named `<body>/<n>`. */
export async function createBodies(store: Store): Promise<Bodies> {
  const bodies = store.db.collection<BodyPiece>("sendBodies");
  await bodies.createIndex({ purgeAt: 1 }, { expireAfterSeconds: 0 });
  const piecesOf = (body: string): Filter<BodyPiece> => ({ _id: { $gte: `${body}/`, $lt: `${body}0` } });
  return {
    put: async (raw) => {
      const body = randomUUID();
      const purgeAt = new Date(Date.now() + LIFE_MS);
      for (let n = 0; n * PIECE < raw.length; n++)
        await bodies.insertOne({
          _id: `${body}/${String(n).padStart(4, "0")}`,
          data: new Binary(raw.subarray(n * PIECE, (n + 1) * PIECE)),
          purgeAt,
        });
      return body;
    },
    read: async (body, size) => {
      const pieces = await bodies.find(piecesOf(body)).sort({ _id: 1 }).toArray();
      const raw = Buffer.concat(pieces.map(({ data }) => bytesOf(data)));
      if (raw.length !== size) throw new Error(`body ${body} has lost pieces of its message`);
      return raw;
    },
    remove: async (body) => {
      await bodies.deleteMany(piecesOf(body), { writeConcern: { w: 1, journal: false } }).catch(() => {});
    },
  };
}
