import { randomUUID } from "node:crypto";
import type { OutgoingMessage, SendState } from "@mailfleet/contracts";
import { type AnyBulkWriteOperation, type Collection, type Filter, MongoBulkWriteError } from "mongodb";
import type { Store } from "../connect.ts";
import { GroupCommit } from "./group-commit.ts";
import { createSendBodies } from "./send-bodies.ts";
import type { NewSend, SendChange, SendDocument, StoredSend } from "./send-document.ts";
import { createSendIndexes } from "./send-indexes.ts";

/** What became of a new send: stored now, or there already under its idempotency key (or its id). */
export type Accepted = { readonly stored: true } | { readonly stored: false; readonly existing: StoredSend };

/** What a claim is for. */
export interface ClaimRequest {
  readonly sendId: string;
  readonly now: number;
}

/** A send that this process may hand over now, with its bytes. */
export interface ClaimedSend extends StoredSend {
  readonly raw: Uint8Array;
  readonly token: string;
}

/** Sends, the only collection of outbound-send that moves fast: all its writes on the normal way go in batches. */
export interface SendRepository {
  /** Durable when it returns (majority, journal). The send is in `accepted`. */
  accept(send: NewSend, due: number): Promise<Accepted>;
  /**
   * Writes down that an attempt starts. `null`: it is not this process's turn (finished, waiting for later, or under
   * way). Allowed from accepted and waiting, and from deferred when its time has come.
   */
  claim(request: ClaimRequest): Promise<ClaimedSend | null>;
  /** True if the change was made, now or by an earlier try with this same object. */
  change(change: SendChange): Promise<boolean>;
  get(sendId: string): Promise<StoredSend | null>;
  /** Newest first. */
  list(query: {
    mailboxId?: string;
    state?: SendState;
    limit: number;
    cursor?: string;
  }): Promise<{ items: StoredSend[]; next: string | null }>;
  /** Ids of sends that wait for this mailbox, oldest first, `after` this one. */
  waiting(mailboxId: string, limit: number, after?: { acceptedAt: number; id: string }): Promise<StoredSend[]>;
  /** Ids of accepted sends of this mailbox that nobody has tried yet, oldest first. */
  backlog(mailboxId: string, limit: number): Promise<string[]>;
  /** Sends that are neither sent nor given up, oldest first. */
  unfinished(mailboxId: string, limit: number): Promise<StoredSend[]>;
  /** Sends whose time to be looked at has come, and how far away the next look is from now on. */
  due(now: number, limit: number): Promise<StoredSend[]>;
  /** Moves the next look; compare-and-swap on the old one. */
  lookAgain(sends: readonly StoredSend[], due: number): Promise<void>;
  /** Extends the claims of this process on these sends. */
  renew(sendIds: readonly string[], until: number): Promise<void>;
  /** Messages that were committed before this moment and are perhaps not published. */
  unpublished(before: number, limit: number): Promise<{ sendId: string; outbox: readonly OutgoingMessage[] }[]>;
  /** Takes published messages off. */
  published(entries: readonly { sendId: string; messageId: string }[]): Promise<void>;
}

/** Clocks of replicas differ a little: a timer that fires early by less than this is on time. */
const CLOCK_SLACK_MS = 1000;
const onNormalWay: ReadonlySet<SendState> = new Set(["accepted", "sending", "sent"]);

/**
 * The collections `sends` and `sendBodies`, with their indexes. `owner` names this process, newly for each start;
 * `leaseMs` is how long a claim holds without being renewed.
 */
export async function createSendRepository(
  store: Store,
  options: { owner: string; leaseMs: number },
): Promise<SendRepository> {
  await createSendIndexes(store.db);
  const sends: Collection<SendDocument> = store.db.collection("sends");
  const bodies = await createSendBodies(store);
  let counter = 0;
  const changeIds = new WeakMap<SendChange, string>();
  /** Tokens of claims whose write ended in an error: perhaps they hold, but nobody has acted on them. */
  const unsure = new Map<string, string>();

  const accepting = new GroupCommit<SendDocument, Accepted>((documents) => insertAll(sends, documents));

  const claiming = new GroupCommit<ClaimRequest, ClaimedSend | null>(async (requests) => {
    const token = `${options.owner}:${++counter}`;
    const ids = requests.map(({ sendId }) => sendId);
    const now = Math.max(...requests.map((request) => request.now));
    const until = now + options.leaseMs;
    const lost = ids.flatMap((id) => unsure.get(id) ?? []);
    const ready: Filter<SendDocument>[] = [
      { state: { $in: ["accepted", "waiting"] } },
      { state: "deferred", nextAttemptAt: { $lte: now + CLOCK_SLACK_MS } },
    ];
    if (lost.length > 0) ready.push({ state: "sending", "claim.token": { $in: lost } });
    try {
      const { modifiedCount } = await sends.updateMany(
        { _id: { $in: ids }, $or: ready },
        {
          $set: {
            state: "sending",
            claim: { token, owner: options.owner, startedAt: now, until },
            due: until,
            nextAttemptAt: null,
            changedAt: now,
          },
          $inc: { attempt: 1 },
          $unset: { attention: "" },
        },
      );
      const claimed =
        modifiedCount === 0 ? [] : await sends.find({ _id: { $in: ids }, "claim.token": token }).toArray();
      const raws = await bodies.read(claimed.map(bodyOf));
      const found = new Map(claimed.map((document) => [document._id, document]));
      for (const id of ids) unsure.delete(id);
      return ids.map((id) => {
        const document = found.get(id);
        const raw = raws.get(id);
        found.delete(id); // Asked for twice: one of them gets it.
        return document && raw ? { ...toSend(document), token, raw } : null;
      });
    } catch (error) {
      for (const id of ids) unsure.set(id, token);
      throw error;
    }
  });

  const changing = new GroupCommit<SendChange & { changeId: string }, boolean>(async (changes) => {
    const result = await sends.bulkWrite(changes.map(updateFor), { ordered: false });
    if (result.matchedCount === changes.length) return changes.map(() => true);
    const ids = changes.map(({ sendId }) => sendId);
    const found = await sends.find({ _id: { $in: ids } }, { projection: { changeId: 1 } }).toArray();
    const lastChange = new Map(found.map((document) => [document._id, document.changeId]));
    return changes.map((change) => lastChange.get(change.sendId) === change.changeId);
  });

  const publishing = new GroupCommit<{ sendId: string; messageId: string }, null>(async (entries) => {
    await sends.updateMany(
      { _id: { $in: [...new Set(entries.map(({ sendId }) => sendId))] } },
      { $pull: { outbox: { id: { $in: entries.map(({ messageId }) => messageId) } } } },
      // Forgotten in a crash, it is published once more with the same id: not worth a wait for the journal.
      { writeConcern: { w: 1, journal: false } },
    );
    return entries.map(() => null);
  });

  return {
    accept: async (send, due) => {
      const { raw, id, ...rest } = send;
      const name = { id, body: randomUUID(), size: raw.length };
      // Bytes first: a send that is there has its message. What a crash leaves without a send goes by its time.
      await bodies.put(name, raw);
      const accepted = await accepting.commit({
        _id: id,
        ...rest,
        state: "accepted",
        remaining: send.to,
        size: name.size,
        body: name.body,
        changedAt: send.acceptedAt,
        waitsSince: send.acceptedAt,
        attempt: 0,
        deferrals: 0,
        attempts: [],
        due,
        nextAttemptAt: null,
        answer: null,
        rejected: [],
        commands: [],
        outbox: [],
        changeId: "",
      });
      if (!accepted.stored) await bodies.takeBack(name);
      return accepted;
    },
    claim: (request) => claiming.commit(request),
    change: async (change) => {
      const { sendId, purgeAt } = change;
      // Kept longer before it is needed longer; goes earlier only after it is needed no more.
      if (purgeAt === null) await bodies.purgeAt(sendId, null);
      const changeId = changeIds.get(change) ?? `${options.owner}:${++counter}`;
      changeIds.set(change, changeId);
      const made = await changing.commit({ ...change, changeId });
      if (made && change.state === "sent") void bodies.remove(sendId);
      else if (made && purgeAt) await bodies.purgeAt(sendId, purgeAt);
      return made;
    },
    get: async (sendId) => {
      const document = await sends.findOne({ _id: sendId });
      return document && toSend(document);
    },
    list: async ({ mailboxId, state, limit, cursor }) => {
      const filter: Filter<SendDocument> = {
        ...(mailboxId ? { mailboxId } : {}),
        ...(state ? { state } : {}),
        ...(state && !onNormalWay.has(state) ? { attention: state } : {}),
      };
      const [at, id = ""] = cursor?.split("/") ?? [];
      const older: Filter<SendDocument> = at
        ? { $or: [{ acceptedAt: { $lt: Number(at) } }, { acceptedAt: Number(at), _id: { $lt: id } }] }
        : {};
      const found = await sends
        .find({ ...filter, ...older })
        .sort({ acceptedAt: -1, _id: -1 })
        .limit(limit + 1)
        .toArray();
      const items = found.slice(0, limit).map(toSend);
      const last = items.at(-1);
      return { items, next: found.length > limit && last ? `${last.acceptedAt}/${last.id}` : null };
    },
    waiting: async (mailboxId, limit, after) => {
      const behind: Filter<SendDocument> = after
        ? { $or: [{ acceptedAt: { $gt: after.acceptedAt } }, { acceptedAt: after.acceptedAt, _id: { $gt: after.id } }] }
        : {};
      const found = await sends
        .find({ attention: "waiting", mailboxId, ...behind })
        .sort({ acceptedAt: 1, _id: 1 })
        .limit(limit)
        .toArray();
      return found.map(toSend);
    },
    backlog: async (mailboxId, limit) => {
      const found = await sends
        .find({ mailboxId, state: "accepted" }, { projection: { _id: 1 } })
        .sort({ acceptedAt: 1 })
        .limit(limit)
        .toArray();
      return found.map(({ _id }) => _id);
    },
    unfinished: async (mailboxId, limit) => {
      const found = await sends
        .find({ mailboxId, state: { $in: ["accepted", "deferred", "waiting", "uncertain"] } })
        .sort({ acceptedAt: 1 })
        .limit(limit)
        .toArray();
      return found.map(toSend);
    },
    due: async (now, limit) => {
      const found = await sends
        .find({ due: { $lte: now } })
        .sort({ due: 1 })
        .limit(limit)
        .toArray();
      return found.map(toSend);
    },
    lookAgain: async (looked, due) => {
      if (looked.length === 0) return;
      await sends.bulkWrite(
        looked.map((send) => ({
          updateOne: { filter: { _id: send.id, state: send.state, due: send.due }, update: { $set: { due } } },
        })),
        { ordered: false },
      );
    },
    renew: async (sendIds, until) => {
      if (sendIds.length === 0) return;
      await sends.updateMany(
        { _id: { $in: [...sendIds] }, state: "sending", "claim.owner": options.owner },
        { $set: { "claim.until": until, due: until } },
      );
    },
    unpublished: async (before, limit) => {
      const found = await sends
        .find({ "outbox.at": { $lte: before }, "outbox.0": { $exists: true } }, { projection: { outbox: 1 } })
        .sort({ "outbox.at": 1 })
        .limit(limit)
        .toArray();
      return found.map((document) => ({ sendId: document._id, outbox: document.outbox }));
    },
    published: async (entries) => {
      await Promise.all(entries.map((entry) => publishing.commit(entry)));
    },
  };
}

async function insertAll(sends: Collection<SendDocument>, documents: SendDocument[]): Promise<Accepted[]> {
  const refused = new Set<number>();
  try {
    await sends.insertMany(documents, { ordered: false });
  } catch (error) {
    if (!(error instanceof MongoBulkWriteError)) throw error;
    const failures = Array.isArray(error.writeErrors) ? error.writeErrors : [error.writeErrors];
    if (failures.length === 0 || failures.some((failure) => failure.code !== 11000)) throw error;
    for (const failure of failures) refused.add(failure.index);
  }
  return Promise.all(
    documents.map(async (document, index): Promise<Accepted> => {
      if (!refused.has(index)) return { stored: true };
      const { mailboxId, idempotencyKey, _id } = document;
      const existing = (await sends.findOne({ mailboxId, idempotencyKey })) ?? (await sends.findOne({ _id }));
      if (!existing) throw new Error(`send ${_id} was refused as a duplicate of nothing`);
      return { stored: false, existing: toSend(existing) };
    }),
  );
}

function updateFor(change: SendChange & { changeId: string }): AnyBulkWriteOperation<SendDocument> {
  const { state, at, due, attempt, failure, purgeAt } = change;
  const set: Record<string, unknown> = { state, changedAt: at, changeId: change.changeId };
  const unset: Record<string, ""> = {};
  const put = (name: string, value: unknown, present: boolean) => {
    if (present) set[name] = value;
    else unset[name] = "";
  };
  put("attention", state, !onNormalWay.has(state));
  put("due", due, due !== null);
  if (!change.keepClaim) unset.claim = "";
  if (failure !== undefined) put("failure", failure, failure !== null);
  if (purgeAt !== undefined) put("purgeAt", purgeAt === null ? null : new Date(purgeAt), purgeAt !== null);
  for (const name of ["nextAttemptAt", "deferrals", "waitsSince", "answer", "remaining", "rejected"] as const)
    if (change[name] !== undefined) set[name] = change[name];
  return {
    // Not "updateOne": the driver would repeat it, and the server keep a record of each; `changeId` does that here.
    updateMany: {
      filter: {
        _id: change.sendId,
        state: { $in: [...change.from] },
        ...(change.token === undefined ? {} : { "claim.token": change.token }),
      },
      update: {
        $set: set,
        $unset: unset,
        $push: {
          ...(attempt ? { attempts: { $each: [attempt], $slice: -50 } } : {}),
          ...(change.command ? { commands: { $each: [change.command], $slice: -20 } } : {}),
          outbox: { $each: [...change.outbox] },
        },
      },
    },
  } as AnyBulkWriteOperation<SendDocument>;
}

const bodyOf = ({ _id, body, size }: SendDocument) => ({ id: _id, body, size });

function toSend(document: SendDocument): StoredSend {
  const {
    _id,
    body: _body,
    outbox: _outbox,
    changeId: _change,
    attention: _attention,
    purgeAt: _purge,
    ...rest
  } = document;
  return { id: _id, ...rest };
}
