import type { SourceIdentity } from "@mailfleet/connector-api";
import { GroupCommit, type Lease, type LeaseFilter, leaseGivenBack, mustMatch } from "@mailfleet/kit";
import { type Collection, type Document, isDuplicateKey, type Store, writeEach } from "@mailfleet/store";
import { collections } from "../collections.ts";
import { restAnew } from "../watch/rest-anew.ts";
import type {
  Audit,
  Break,
  ComparedInbox,
  Expected,
  PendingFacts,
  Settled,
  SourceDocument,
  StoredCursor,
} from "./document.ts";
import type { SetAside } from "./set-aside.ts";
import { keepSilentAt } from "./silence.ts";

/** Messages that wait to be moved, or tagged; the oldest of more stay as they are. */
const mostWaiting = 1000;
/** A list of those that wait, with more of them. */
const withMore = (list: "toMove" | "toTag", more: readonly string[]) => ({
  [list]: { $slice: [{ $concatArrays: [{ $ifNull: [`$${list}`, []] }, { $literal: more }] }, -mostWaiting] },
});

/** What a reader changes, under the fence of its lease. */
interface LeasedWrite {
  readonly filter: LeaseFilter;
  readonly set: Document;
  /** Further stages of the update, which see what `set` has changed. */
  readonly then: readonly Document[];
}

/** The right to read a mailbox. */
export type SourceLease = Lease<SourceDocument>;

/**
 * The collection `sources`. Whatever a reader writes has the fence of its lease in the filter, and throws `LeaseLost`
 * where nothing matched. Every method throws an outage (`isOutage`) while MongoDB is away.
 */
export function createSourceStore(store: Store) {
  const sources: Collection<SourceDocument> = store.db.collection<SourceDocument>(collections.sources.name);
  /** Of runs that write at the same time: one request for all of them. Each refused write is its own run's alone. */
  const writes = new GroupCommit(async (together: readonly LeasedWrite[]): Promise<(boolean | Error)[]> => {
    const updates = together.map(({ filter, set, then }) => ({
      updateOne: { filter, update: [{ $set: set }, ...then] },
    }));
    const { matched: count, refused } = await writeEach(sources, updates);
    if (count === together.length) return together.map(() => true);
    // Fences only grow: where ours is still there it was there when the write came.
    const matched = { $or: together.map(({ filter }) => filter) };
    const found = await sources.find(matched, { projection: { _id: 1 } }).toArray();
    const ours = new Set(found.map(({ _id }) => _id));
    return together.map(({ filter }, index) => refused[index] ?? ours.has(filter._id));
  });
  const writeUnder = async (lease: SourceLease, filter: LeaseFilter, set: Document, ...then: Document[]) => {
    const matched = await writes.commit({ filter, set, then });
    if (matched instanceof Error) throw matched;
    mustMatch(lease, matched);
  };
  /** A write under a lease: `$set` merges objects, so what must be replaced whole is a literal. */
  const write = async (lease: SourceLease, set: Document) => writeUnder(lease, lease.filter, set);

  /** An upsert may not have `$expr`, so the document is made first, once. */
  const ensure = async (mailboxId: string) => {
    try {
      await sources.updateOne({ _id: mailboxId }, { $setOnInsert: { cursor: null } }, { upsert: true });
    } catch (error) {
      if (!isDuplicateKey(error)) throw error;
    }
  };

  /** Mostly the document is there, so it is made only where nothing matched. False: it is there, and does not match. */
  const updateOrMake = async (mailboxId: string, filter: Document, update: Document | Document[]) => {
    const write = async () => (await sources.updateOne({ _id: mailboxId, ...filter }, update)).matchedCount > 0;
    if (await write()) return true;
    await ensure(mailboxId);
    return write();
  };

  return {
    /** `null` also for a deleted mailbox. */
    get: (mailboxId: string) => sources.findOne({ _id: mailboxId, removedAt: { $exists: false } }),

    /** So many mailboxes that run, in no order. */
    async someRunning(limit: number) {
      const running = { "expected.expects": "success" } as const;
      const found = await sources
        .find(running, { projection: { _id: 1 } })
        .limit(limit)
        .toArray();
      return found.map(({ _id }) => _id);
    },

    /** Moves the cursor, says which facts may be missing and what is set aside (unless as before), in one write. */
    advance: (
      lease: SourceLease,
      step: {
        cursor: StoredCursor;
        pending: PendingFacts | null;
        received: number;
        /** Older than mail is received from. */
        skipped: number;
        /** When new mail was found, if any of it came after the last run that read to the end. */
        found?: number;
        setAside?: readonly SetAside[];
        /** To be moved at the server, beside those that still are. */
        toMove: readonly string[];
        /** To be tagged at the server, beside those that still are. */
        toTag: readonly string[];
      },
    ) =>
      write(lease, {
        cursor: { $literal: step.cursor },
        pending: { $literal: step.pending },
        received: { $add: [{ $ifNull: ["$received", 0] }, step.received] },
        ...(step.skipped > 0 && { skipped: { $add: [{ $ifNull: ["$skipped", 0] }, step.skipped] } }),
        ...(step.found !== undefined && { found: { at: step.found, after: { $ifNull: ["$listedAt", null] } } }),
        ...(step.setAside && { setAside: { $literal: step.setAside } }),
        ...(step.toMove.length > 0 && withMore("toMove", step.toMove)),
        ...(step.toTag.length > 0 && withMore("toTag", step.toTag)),
      }),

    /** What is still to be moved, and whether that is told. */
    moved: (lease: SourceLease, { toMove, notMoved }: { toMove: readonly string[]; notMoved: boolean }) =>
      write(lease, { toMove: { $literal: toMove }, notMoved }),

    /** What is still to be tagged, and whether the last tagging failed. */
    tagged: (lease: SourceLease, { toTag, notTagged }: { toTag: readonly string[]; notTagged: boolean }) =>
      write(lease, { toTag: { $literal: toTag.slice(-mostWaiting) }, notTagged }),

    setAside: (lease: SourceLease, setAside: readonly SetAside[]) => write(lease, { setAside: { $literal: setAside } }),

    /** Messages at which the connection has ended since the last run that came to its end. */
    broke: (lease: SourceLease, breaks: readonly Break[]) => write(lease, { breaks: { $literal: breaks } }),

    /** Before MESSAGE_QUARANTINED is raised, and after it was cleared. */
    markQuarantined: (lease: SourceLease, quarantined: boolean) => write(lease, { quarantined }),

    /** Makes everything that is set aside due; how many. */
    async tryAgain(mailboxId: string, at: number) {
      const due = { $set: { "setAside.$[].nextAt": at } };
      const source = await sources.findOneAndUpdate({ _id: mailboxId, "setAside.0": { $exists: true } }, due);
      return source?.setAside?.length ?? 0;
    },

    /** Makes an audit due; false: nothing is known of this mailbox. */
    async wantAudit(mailboxId: string, at: number) {
      return (await sources.updateOne({ _id: mailboxId }, { $set: { auditAt: at } })).matchedCount > 0;
    },

    /** Keeps an audit, and when the next one is due. */
    audited: (lease: SourceLease, audit: Audit | null, nextAt: number) =>
      write(lease, { ...(audit && { audit: { $literal: audit } }), auditAt: { $literal: nextAt } }),

    /** Notes that a comparison has begun; false: one that began after `abandonedAt` is not over yet. */
    async compareBegun(mailboxId: string, compared: ComparedInbox, abandonedAt: number) {
      const isOver = [{ "compared.endedAt": { $ne: null } }, { "compared.begunAt": { $lt: abandonedAt } }];
      const filter = { $or: [{ compared: { $exists: false } }, ...isOver] };
      return updateOrMake(mailboxId, filter, { $set: { compared } });
    },

    /** How far it is; a later comparison is not touched. */
    async compared(mailboxId: string, compared: ComparedInbox) {
      await sources.updateOne({ _id: mailboxId, "compared.begunAt": compared.begunAt }, { $set: { compared } });
    },

    /** Every fact that was pending is out. */
    told: (lease: SourceLease) => write(lease, { pending: null }),

    /** The source that is read from now on, by its names of today. */
    named: (lease: SourceLease, identity: SourceIdentity) => write(lease, { identity: { $literal: identity } }),

    /**
     * Another source: forgets the cursor and what is set aside, and remembers that what comes must be compared with
     * what is there, until a run has ended well and this time is over.
     */
    startOver: (
      lease: SourceLease,
      identity: SourceIdentity,
      {
        epoch,
        comparingUntil,
        movedAt,
      }: { readonly epoch: number; readonly comparingUntil: number; readonly movedAt: number | null },
    ) =>
      write(lease, {
        identity: { $literal: identity },
        epoch,
        comparingUntil: { $literal: comparingUntil },
        cursor: null,
        pending: null,
        setAside: { $literal: [] },
        toMove: { $literal: [] },
        toTag: { $literal: [] },
        comparing: true,
        ...(movedAt !== null && { movedAt: { $literal: movedAt } }),
      }),

    stampProbe: (lease: SourceLease, at: number) =>
      write(lease, { lastProbeReceivedAt: { $max: ["$lastProbeReceivedAt", at] } }),

    /**
     * Stamps how the run ended and gives the lease back. `ok`: every fact is out. `complete`: it also read to the end.
     * `heard`: STALLED was cleared. `settled`: what the next run may take for proof that nothing has changed.
     */
    async finish(
      lease: SourceLease,
      end: {
        startedAt: number;
        at: number;
        ok: boolean;
        complete: boolean;
        heard: boolean;
        settled: Settled | null;
      },
    ) {
      const settled = end.settled ? { $literal: end.settled } : lease.document.settled && "$$REMOVE";
      const set = {
        ...leaseGivenBack,
        ...(end.ok && { pending: null }),
        ...(end.complete && {
          comparing: { $gt: [{ $ifNull: ["$comparingUntil", 0] }, end.at] },
          listedAt: end.startedAt,
          breaks: { $literal: [] },
        }),
        ...(end.heard && { stalled: null }),
        ...(settled && { settled }),
        ...stamp(end),
      };
      await lease.giveBack((filter) => writeUnder(lease, filter, set, keepSilentAt));
    },

    /** Stamps a run that reads nothing: a test. */
    async stampTest(mailboxId: string, end: { at: number; ok: boolean }) {
      await updateOrMake(mailboxId, {}, [{ $set: stamp(end) }, keepSilentAt]);
    },

    /** What is expected from now on; an older version of the mailbox changes nothing. */
    async expect(mailboxId: string, mailboxV: number, expected: Expected | null) {
      const newer = { $lt: [{ $ifNull: ["$mailboxV", -1] }, mailboxV] };
      // A direction that continues as before is watched from where it was, or every small change would restart the
      // clock.
      const same = expected && {
        $and: [{ $eq: ["$expected.expects", expected.expects] }, { $eq: ["$expected.everyMs", expected.everyMs] }],
      };
      const since = expected && { $cond: [same, "$expected.since", expected.since] };
      const next = expected && { $mergeObjects: [{ $literal: expected }, { since }] };
      const change = { $set: { expected: next, mailboxV } };
      await updateOrMake(mailboxId, { $expr: newer }, [change, restAnew, keepSilentAt]);
    },

    /** Mailboxes from which nothing came for three intervals, and for which STALLED is not told yet; the longest silent first. */
    findStalled: (at: number) =>
      sources
        .find({ silentAt: { $lt: at } })
        .sort({ silentAt: 1 })
        .limit(200)
        .toArray(),

    /** Of enabled mailboxes: the oldest proof, how many are silent, and how many were proved since each of these times. */
    async proofs(since: readonly number[]) {
      const provedAt = { $ifNull: ["$lastProvedSuccessAt", "$expected.since"] };
      const count = (condition: object) => ({ $sum: { $cond: [condition, 1, 0] } });
      const [found] = await sources
        .aggregate<{ oldestAt: number | null; silent: number } & Record<`since${number}`, number>>([
          { $match: { "expected.since": { $exists: true } } },
          {
            $group: {
              _id: null,
              oldestAt: { $min: provedAt },
              silent: count({ $in: ["$stalled", ["noticed", "told"]] }),
              ...Object.fromEntries(since.map((at, index) => [`since${index}`, count({ $gte: [provedAt, at] })])),
            },
          },
        ])
        .toArray();
      const proved = since.map((_, index) => found?.[`since${index}`] ?? 0);
      return { oldestAt: found?.oldestAt ?? null, silent: found?.silent ?? 0, proved };
    },

    async markStalled(mailboxId: string, stalled: SourceDocument["stalled"]) {
      await sources.updateOne({ _id: mailboxId }, [{ $set: { stalled } }, keepSilentAt]);
    },

    /**
     * The mailbox is deleted: nothing is left but a mark, which takes the lease from whoever reads it and lets nothing
     * that comes late bring the document back.
     */
    async remove(mailboxId: string, at: number) {
      // No version of the mailbox is newer.
      const mark = { mailboxV: Number.MAX_SAFE_INTEGER, removedAt: at };
      await sources.replaceOne({ _id: mailboxId }, mark, { upsert: true });
    },

    /** Mailboxes whose marks are older than this. */
    async removedBefore(at: number, limit: number) {
      const found = await sources
        .find({ removedAt: { $lt: at } }, { projection: { _id: 1 } })
        .limit(limit)
        .toArray();
      return found.map(({ _id }) => _id);
    },

    /** Takes the mark away. */
    async forget(mailboxId: string) {
      await sources.deleteOne({ _id: mailboxId, removedAt: { $exists: true } });
    },
  };
}
export type SourceStore = ReturnType<typeof createSourceStore>;

function stamp(end: { at: number; ok: boolean }): Document {
  return {
    lastRunAt: end.at,
    lastRunOutcome: end.ok ? "ok" : "failed",
    ...(end.ok && { lastProvedSuccessAt: end.at }),
  };
}
