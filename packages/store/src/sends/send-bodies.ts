import { Binary, type Filter } from "mongodb";
import type { Store } from "../connect.ts";
import { GroupCommit } from "./group-commit.ts";

/** What names the bytes of a send. */
export interface BodyName {
  readonly id: string;
  /** Newly drawn for each acceptance, so that a repeated one cannot change the bytes of the first. */
  readonly body: string;
  /** Bytes in all. */
  readonly size: number;
}

/** The messages themselves, apart from their sends, so that a change of state does not write them again. */
export interface SendBodies {
  /** Durable when it returns (majority, journal). */
  put(name: BodyName, raw: Uint8Array): Promise<void>;
  /** By id of the send. Throws if a piece is missing. */
  read(names: readonly BodyName[]): Promise<Map<string, Uint8Array>>;
  /** What was put for a send that is there already. Best effort. */
  takeBack(name: BodyName): Promise<void>;
  /** Sent: nobody needs it again. Not waited for by anybody and not journaled; what is left behind goes by its time. */
  remove(sendId: string): Promise<void>;
  /** Goes at this time; `null`: as late as a new one. */
  purgeAt(sendId: string, at: number | null): Promise<void>;
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
/** Bytes of messages just accepted that are kept in memory, because most are handed over at once. */
const RECENT_LIMIT = 16 * 1024 * 1024;

/** The collection `sendBodies`, with its index: pieces of at most 1 MB named `<send>/<body>/<n>`. */
export async function createSendBodies(store: Store): Promise<SendBodies> {
  const bodies = store.db.collection<BodyPiece>("sendBodies");
  await bodies.createIndex({ purgeAt: 1 }, { expireAfterSeconds: 0 });
  const recent = new Map<string, Uint8Array>();
  let recentBytes = 0;

  const storing = new GroupCommit<BodyPiece, null>(async (pieces) => {
    await bodies.insertMany(pieces, { ordered: false });
    return pieces.map(() => null);
  });
  const removing = new GroupCommit<string, null>(async (sendIds) => {
    await bodies.deleteMany({ $or: sendIds.map(ofSend) }, { writeConcern: { w: 1, journal: false } });
    return sendIds.map(() => null);
  });

  function remember(key: string, raw: Uint8Array): void {
    recent.set(key, raw);
    recentBytes += raw.length;
    for (const oldest of recent.keys()) {
      if (recentBytes <= RECENT_LIMIT) return;
      forget(oldest);
    }
  }

  function forget(key: string): void {
    recentBytes -= recent.get(key)?.length ?? 0;
    recent.delete(key);
  }

  return {
    put: async (name, raw) => {
      const purgeAt = new Date(Date.now() + LIFE_MS);
      const piece = (_id: string, n: number) =>
        storing.commit({ _id, data: new Binary(raw.subarray(n * PIECE, (n + 1) * PIECE)), purgeAt });
      await Promise.all(pieceIds(name).map(piece));
      remember(keyOf(name), raw);
    },
    read: async (names) => {
      const found = new Map<string, Uint8Array>();
      const missing: BodyName[] = [];
      for (const name of names) {
        const raw = recent.get(keyOf(name));
        if (raw) found.set(name.id, raw);
        else missing.push(name);
        forget(keyOf(name));
      }
      if (missing.length === 0) return found;
      const pieces = await bodies.find({ _id: { $in: missing.flatMap(pieceIds) } }).toArray();
      const data = new Map(pieces.map((piece) => [piece._id, piece.data]));
      for (const name of missing) {
        const parts = pieceIds(name).flatMap((id) => data.get(id)?.value() ?? []);
        const raw = parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts);
        if (raw.length !== name.size) throw new Error(`send ${name.id} has lost pieces of its message`);
        found.set(name.id, raw);
      }
      return found;
    },
    takeBack: async (name) => {
      forget(keyOf(name));
      await bodies.deleteMany({ _id: { $in: pieceIds(name) } }).catch(() => {});
    },
    remove: async (sendId) => {
      await removing.commit(sendId).catch(() => {});
    },
    purgeAt: async (sendId, at) => {
      await bodies.updateMany(ofSend(sendId), { $set: { purgeAt: new Date(at ?? Date.now() + LIFE_MS) } });
    },
  };
}

const keyOf = ({ id, body }: BodyName) => `${id}/${body}`;

const pieceIds = (name: BodyName) =>
  Array.from({ length: Math.ceil(name.size / PIECE) }, (_, n) => `${keyOf(name)}/${n}`);

/** All pieces of a send: "0" follows "/". */
const ofSend = (sendId: string): Filter<BodyPiece> => ({ _id: { $gte: `${sendId}/`, $lt: `${sendId}0` } });
