import { type OutgoingMessage, type SendState, searchKeys } from "@mailfleet/contracts";
import { type AnyBulkWriteOperation, Binary, bytesOf } from "@mailfleet/store";
import type { DueSend, NewSend, SendChange, SendClaim, SendName, SentSend, StoredSend } from "./send.ts";

/** Fields that most sends do not need: absent, they have their usual value. */
type Sparse = "remaining" | "deferrals" | "attempts" | "nextAttemptAt" | "answer" | "rejected" | "commands" | "claim";

/** A send as stored in MongoDB. */
export interface SendDocument
  extends Omit<StoredSend, "id" | Sparse>,
    Partial<Pick<StoredSend, Exclude<Sparse, "claim">>> {
  readonly _id: string;
  readonly claim?: SendClaim & { readonly batch: string };
  /** The state again, while it is not on its normal way: for lists of what needs attention. */
  readonly attention?: SendState;
  /** The message itself, where it is small; gone when the send is sent. */
  readonly raw?: Binary;
  readonly outbox?: readonly OutgoingMessage[];
  /** `searchKeys` */
  readonly findBy?: readonly string[];
  /** Id of the last change, so that a change repeated after an outage is recognised. */
  readonly changeId?: string;
  readonly purgeAt?: Date;
}

const onNormalWay: ReadonlySet<SendState> = new Set(["accepted", "sending", "sent"]);

/** A new send as it is inserted: due at the moment of its acceptance, which is its place in the order. */
export function insertedSend({ raw, id, correlation, body, ...send }: NewSend): SendDocument {
  return {
    _id: id,
    ...send,
    ...(correlation === undefined ? {} : { correlation }),
    state: "accepted",
    changedAt: send.acceptedAt,
    waitsSince: send.acceptedAt,
    attempt: 0,
    due: send.acceptedAt,
    findBy: keysOf(send),
    ...(raw && { raw: new Binary(raw) }),
    ...(body && { body }),
  };
}

/** Found by the address in its header, too, which may be another than the mailbox's. */
function keysOf({ messageId, envelopeFrom, from, to }: Pick<NewSend, "messageId" | "envelopeFrom" | "from" | "to">) {
  return searchKeys({ messageIds: [messageId], from: [envelopeFrom, addressIn(from)], to });
}

const addressIn = (header: string) => /<([^<>]+)>\s*$/.exec(header)?.[1] ?? header.trim();

/** Reads a document, whose missing fields have their usual values. */
export function readSend(document: SendDocument): StoredSend {
  const { _id, raw: _raw, outbox: _outbox, changeId: _id2, attention: _a, purgeAt: _p, findBy: _f, ...rest } = document;
  return {
    id: _id,
    ...rest,
    remaining: rest.remaining ?? rest.to,
    deferrals: rest.deferrals ?? 0,
    attempts: rest.attempts ?? [],
    nextAttemptAt: rest.nextAttemptAt ?? null,
    answer: rest.answer ?? null,
    rejected: rest.rejected ?? [],
    commands: rest.commands ?? [],
  };
}

/** The same with its bytes, if they are in it. */
export function dueSend(document: SendDocument): DueSend {
  const { raw } = document;
  return { ...readSend(document), ...(raw ? { raw: bytesOf(raw) } : {}) };
}

/**
 * Which sends, also by what `sends` may be sharded by: a write then reaches the shards that have them, not all. Needs
 * `byId`, or MongoDB weighs other indexes against it.
 */
export function those(sends: readonly SendName[]) {
  const mailboxIds = new Set(sends.map(({ mailboxId }) => mailboxId));
  return { _id: { $in: sends.map(({ sendId }) => sendId) }, mailboxId: { $in: [...mailboxIds] } };
}
export const byId = { _id: 1 } as const;

/** The update that claims sends of one state and attempt. */
export function claimFor(
  group: readonly DueSend[],
  claim: NonNullable<SendDocument["claim"]>,
): AnyBulkWriteOperation<SendDocument> {
  const [{ state, attempt } = { state: "accepted" as SendState, attempt: 0 }] = group;
  return {
    updateMany: {
      filter: { ...those(group.map(({ id: sendId, mailboxId }) => ({ sendId, mailboxId }))), state, attempt },
      hint: byId,
      update: {
        $set: { state: "sending", claim, changedAt: claim.startedAt, attempt: attempt + 1 },
        $unset: { due: "", attention: "", nextAttemptAt: "" },
      },
    },
  };
}

/** The update that saves results. */
export function sentFor(results: readonly SentSend[], batch: string, at: number): AnyBulkWriteOperation<SendDocument> {
  const ids = results.map(({ sendId }) => sendId);
  const owners = [...new Set(results.map((result) => result.owner))];
  const place = { $indexOfArray: [{ $literal: ids }, "$_id"] };
  const of = (values: unknown[]) => ({ $arrayElemAt: [{ $literal: values }, place] });
  const attempt = { n: "$attempt", startedAt: "$claim.startedAt", endedAt: { $literal: at } };
  return {
    updateMany: {
      filter: { ...those(results), "claim.owner": { $in: owners }, state: "sending" },
      hint: byId,
      update: [
        {
          $set: {
            state: "sent",
            changedAt: { $literal: at },
            changeId: { $literal: batch },
            remaining: [],
            answer: of(results.map(({ answer }) => answer)),
            purgeAt: of(results.map(({ purgeAt }) => new Date(purgeAt))),
            attempts: { $concatArrays: [{ $ifNull: ["$attempts", []] }, [attempt]] },
          },
        },
        { $unset: ["claim", "raw", "failure", "late"] },
      ],
    },
  };
}

/** The statement that makes a change. */
export function updateFor(change: SendChange & { changeId: string }): AnyBulkWriteOperation<SendDocument> {
  const { state, at, due, attempt, failure, purgeAt, owner } = change;
  const set: Record<string, unknown> = { state, changedAt: at, changeId: change.changeId };
  const unset: Record<string, ""> = {};
  const put = (name: string, value: unknown, present: boolean) => {
    if (present) set[name] = value;
    else unset[name] = "";
  };
  put("attention", state, !onNormalWay.has(state));
  put("due", due, due !== null);
  if (!change.keepClaim) unset.claim = "";
  put("afterwards", change.afterwards, change.afterwards !== undefined);
  if (state === "sent") unset.late = "";
  // A copy of it may be filed yet.
  if (state === "sent" && !change.afterwards) unset.raw = "";
  if (failure !== undefined) put("failure", failure, failure !== null);
  if (purgeAt !== undefined) put("purgeAt", purgeAt === null ? null : new Date(purgeAt), purgeAt !== null);
  if (change.nextAttemptAt !== undefined) put("nextAttemptAt", change.nextAttemptAt, change.nextAttemptAt !== null);
  for (const name of ["deferrals", "waitsSince", "answer", "remaining", "rejected"] as const)
    if (change[name] !== undefined) set[name] = change[name];
  const push = {
    ...(attempt ? { attempts: { $each: [attempt], $slice: -50 } } : {}),
    ...(change.command ? { commands: { $each: [change.command], $slice: -20 } } : {}),
    ...(change.outbox.length > 0 ? { outbox: { $each: [...change.outbox] } } : {}),
  };
  return {
    // Not "updateOne": the driver would repeat it, and the server keep a record of each; `changeId` does that here.
    updateMany: {
      filter: {
        ...those([change]),
        state: { $in: [...change.from] },
        attempt: change.n,
        ...(owner === undefined ? {} : { "claim.owner": owner }),
        // What a server said late is part of what is decided.
        ...(state === "sent" ? {} : { late: { $exists: false } }),
      },
      hint: byId,
      update: {
        $set: set,
        ...(Object.keys(unset).length > 0 ? { $unset: unset } : {}),
        ...(Object.keys(push).length > 0 ? { $push: push } : {}),
      },
    },
  } as AnyBulkWriteOperation<SendDocument>;
}
