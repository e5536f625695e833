import { type RequestArguments, searchKeys, subjectFits, wantedKeys } from "@mailfleet/contracts";
import { byTime, bytesPassed, readPage } from "@mailfleet/kit";
import {
  Binary,
  bytesOf,
  type Collection,
  duplicateKeyCode,
  type Filter,
  findPage,
  isDuplicateKey,
  isOutage,
  type Store,
  searchPage,
  type WriteFate,
  writeFates,
} from "@mailfleet/store";
import { collections } from "../collections.ts";
import type { PendingFacts } from "../source/document.ts";
import {
  INLINE_LIMIT,
  idRange,
  type MessageDocument,
  type MessagePartDocument,
  type NewMessage,
  partId,
  type StoredMessage,
} from "./document.ts";

const withoutBytes = { raw: 0 } as const;

/**
 * The collections `messages` and `messageParts`. Every method throws an outage (`isOutage`) while MongoDB is away.
 * Messages leave by themselves at `expireAt`.
 */
export function createMessageStore(store: Store) {
  const messages: Collection<MessageDocument> = store.db.collection<MessageDocument>(collections.messages.name);
  const parts: Collection<MessagePartDocument> = store.db.collection<MessagePartDocument>(
    collections.messageParts.name,
  );

  async function* inOrder(query: Filter<MessageDocument>): AsyncGenerator<StoredMessage> {
    for await (const found of messages.find(query, { projection: withoutBytes }).sort({ _id: 1 }))
      yield fromDocument(found);
  }

  async function insertAlone(message: NewMessage): Promise<string | null> {
    try {
      await messages.insertOne(toDocument(message));
      return null;
    } catch (error) {
      if (isDuplicateKey(error)) return null;
      if (isOutage(error)) throw error;
      return error instanceof Error ? error.message : String(error);
    }
  }

  return {
    /** Stores all except those that cannot be stored even alone. Storing a message again is not an error. */
    async insertAll(batch: readonly NewMessage[]) {
      if (batch.length === 0) return { refused: [] };
      let again: readonly NewMessage[];
      try {
        await messages.insertMany(batch.map(toDocument), { ordered: false });
        return { refused: [] };
      } catch (error) {
        if (isOutage(error)) throw error;
        again = failedOf(error, batch);
      }
      const refused: { id: string; reason: string }[] = [];
      for (const message of again) {
        const reason = await insertAlone(message);
        if (reason !== null) refused.push({ id: message.id, reason });
      }
      return { refused };
    },

    /** Stores a piece of a large message; a message that is read again after an interruption replaces what was there. */
    async insertPart(messageId: string, index: number, data: Uint8Array, expireAt: number) {
      const part = { data: binary(data), expireAt: new Date(expireAt) };
      await parts.replaceOne({ _id: partId(messageId, index) }, part, { upsert: true });
      bytesPassed(data.length);
    },

    /** Takes the pieces of a message away that was not given to its end, unless it had been stored whole before. */
    async removeParts(messageId: string): Promise<void> {
      if ((await messages.countDocuments({ _id: messageId }, { limit: 1 })) > 0) return;
      await parts.deleteMany({ _id: { $gte: partId(messageId, 0), $lt: `${messageId}$` } });
    },

    async get(id: string) {
      const found = await messages.findOne({ _id: id }, { projection: withoutBytes });
      return found && fromDocument(found);
    },

    /** Newest first, or by when they were stored. */
    list<Shown>(input: RequestArguments<"inbound-sync.message.list">, show: (message: StoredMessage) => Shown) {
      const { mailboxId, since, sort } = input;
      const filter = {
        ...(sort === undefined ? { _id: idRange(mailboxId) } : { mailboxId }),
        ...(since === undefined ? {} : { storedAt: { $gte: since } }),
      };
      return readPage(
        input,
        { filter, sort: sort === undefined ? [["_id", -1]] : byTime("storedAt", sort) },
        (query) => findPage(messages, query, { projection: withoutBytes }),
        (found) => found.map((one) => show(fromDocument(one))),
      );
    },

    /** Newest first; see `searchPage`. Of those named, the sender has fewer than a recipient, who is mostly the mailbox. */
    async search({ limit, cursor, ...wanted }: RequestArguments<"inbound-sync.message.search">) {
      const { mailboxId, subject, since } = wanted;
      const [key, ...keys] = wantedKeys(wanted, "from");
      const byMailbox =
        mailboxId === undefined ? { index: "newest", where: {} } : { index: "ofMailbox", where: { mailboxId } };
      const { items, next } = await searchPage(messages, {
        ...(key === undefined ? byMailbox : { index: "findBy", where: { findBy: key } }),
        ...{ at: "storedAt", without: ["raw"], since, cursor, limit },
        fits: (one) =>
          (mailboxId === undefined || one.mailboxId === mailboxId) &&
          keys.every((other) => one.findBy?.includes(other)) &&
          subjectFits(one.subject, subject),
      });
      return { items: items.map(fromDocument), next };
    },

    /** Part of the raw bytes and the size of the whole; `null` if there is no such message. */
    async read(id: string, offset: number, length: number) {
      const found = await messages.findOne({ _id: id });
      if (!found) return null;
      if (found.raw) {
        const bytes = bytesOf(found.raw);
        return { data: bytes.subarray(offset, offset + length), total: found.size };
      }
      const first = Math.floor(offset / INLINE_LIMIT);
      const last = Math.floor((offset + length - 1) / INLINE_LIMIT);
      const pieces = await parts
        .find({ _id: { $gte: partId(id, first), $lte: partId(id, last) } })
        .sort({ _id: 1 })
        .toArray();
      const joined = Buffer.concat(pieces.map((piece) => bytesOf(piece.data)));
      bytesPassed(joined.length);
      const start = offset - first * INLINE_LIMIT;
      return { data: joined.subarray(start, start + length), total: found.size };
    },

    /** Messages of a mailbox whose facts may not be out, in the order of their ids. */
    pending(mailboxId: string, pending: PendingFacts) {
      const key = (nativeId: string) => `${mailboxId}/${nativeId}`;
      return inOrder({
        _id: "ids" in pending ? { $in: pending.ids.map(key) } : { $gte: key(pending.from), $lte: key(pending.to) },
      });
    },

    /** Messages stored since then, of one mailbox or of all. */
    storedSince(since: number, mailboxId?: string) {
      const scope = mailboxId === undefined ? {} : { _id: idRange(mailboxId) };
      return inOrder({ ...scope, storedAt: { $gte: since } });
    },

    countAll: (mailboxId: string) => messages.countDocuments({ _id: idRange(mailboxId) }),
    async removeAll(mailboxId: string) {
      await parts.deleteMany({ _id: idRange(mailboxId) });
      await messages.deleteMany({ _id: idRange(mailboxId) });
    },
  };
}
export type MessageStore = ReturnType<typeof createMessageStore>;

/** Those that a bulk write did not take for certain, but for the ones that were there already. */
function failedOf(error: unknown, batch: readonly NewMessage[]): readonly NewMessage[] {
  const fates = writeFates(error, batch.length);
  const isThere = (one: WriteFate | undefined) =>
    one?.fate === "done" || (one?.fate === "refused" && one.code === duplicateKeyCode);
  return batch.filter((_, index) => !isThere(fates[index]));
}

function binary(data: Uint8Array): Binary {
  // The driver needs a Buffer. This is a view of the same bytes, not a copy.
  return new Binary(Buffer.from(data.buffer, data.byteOffset, data.byteLength));
}

function toDocument({ id, raw, parts, expireAt, ...rest }: NewMessage): MessageDocument {
  return {
    _id: id,
    ...rest,
    ...(raw ? { raw: binary(raw) } : {}),
    ...(parts === undefined ? {} : { parts }),
    findBy: keysOf(rest),
    expireAt: new Date(expireAt),
  };
}

/** A report is also found by the message that it is about, and an envelope by the message in it. */
function keysOf({
  messageId,
  undeliverable,
  original,
  from,
  to,
  cc,
}: Omit<StoredMessage, "id" | "expireAt">): string[] {
  const addresses = (all: StoredMessage["to"] = []) => all.map(({ address }) => address);
  return searchKeys({
    messageIds: [messageId, undeliverable?.messageId, original?.messageId],
    from: [...addresses(from), ...addresses(original?.from)],
    to: [to, cc, original?.to, original?.cc].flatMap(addresses),
  });
}

function fromDocument({
  _id,
  raw: _raw,
  parts: _parts,
  findBy: _findBy,
  expireAt,
  ...rest
}: MessageDocument): StoredMessage {
  return { id: _id, ...rest, expireAt: expireAt.getTime() };
}
