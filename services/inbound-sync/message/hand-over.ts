import { type OutgoingMessage, traceparent } from "@mailfleet/contracts";
import type { InboundPorts } from "../ports.ts";
import type { PendingFacts, StoredCursor } from "../source/document.ts";
import type { Named, Names } from "../source/names-store.ts";
import type { SetAside } from "../source/set-aside.ts";
import type { SourceLease } from "../source/store.ts";
import type { StoredMessage } from "./document.ts";
import { factsOf } from "./facts.ts";
import { fingerprintOf, type Remembered, rememberedOf } from "./fingerprint-store.ts";

/** How many batches may be stored but not yet published. */
const depth = 2;
/** Facts published together when they are read back from the store. */
const rereadBatch = 200;

/** A batch that is stored. */
interface StoredBatch {
  readonly messages: readonly StoredMessage[];
  /** They came since the last run that read to the end. */
  readonly isNew: boolean;
  readonly cursor: StoredCursor;
  /** How many were left out because they are older than mail is received from. */
  readonly skipped: number;
  /** What it accounts for, and of which source. */
  readonly covers: string | undefined;
  /** What is done with this batch, by name; only for connectors that remember names. */
  readonly named: readonly Named[];
  /** Names of those of them to delete on the server. */
  readonly toDelete: readonly string[];
  /** Names of reports to be moved at the server. */
  readonly toMove: readonly string[];
  /** Names of what is to be tagged as undeliverable at the server. */
  readonly toTag: readonly string[];
  /** What is set aside once this batch is passed; absent: as before. */
  readonly setAside?: readonly SetAside[];
}

interface UnderWay {
  readonly batch: StoredBatch;
  readonly done: Promise<void>;
}

/**
 * Moves the cursor past stored batches and publishes their facts, in order, while the next ones are fetched. One
 * write per batch moves the cursor and says of which messages the fact and the fingerprint may be missing; the next run
 * makes up for both if this one dies (`finishPending`). That is the outbox: one range instead of an entry per message.
 */
export function createHandOver(
  ports: Pick<InboundPorts, "bus" | "sources" | "fingerprints" | "throughput" | "failPoint" | "now">,
  run: { lease: SourceLease; correlation: string | undefined; names: Names | null },
) {
  const { bus, sources, fingerprints, failPoint } = ports;
  const { lease, correlation, names } = run;
  const mailboxId = lease.key;
  const underWay: UnderWay[] = [];
  let moved = Promise.resolve();
  let published = Promise.resolve();
  let failed: { error: unknown } | undefined;

  async function move(batch: StoredBatch) {
    const upToHere = underWay.slice(0, underWay.findIndex((entry) => entry.batch === batch) + 1);
    failPoint("inbound.before-cursor");
    await sources.advance(lease, {
      cursor: batch.cursor,
      pending: pendingOf(upToHere),
      received: batch.messages.length,
      skipped: batch.skipped,
      toMove: batch.toMove,
      toTag: batch.toTag,
      ...(batch.isNew && batch.messages.length > 0 && { found: ports.now() }),
      ...(batch.setAside && { setAside: batch.setAside }),
    });
    const delayMs = batch.messages.reduce(
      (sum, { storedAt, receivedAt }) => sum + Math.max(0, storedAt - receivedAt),
      0,
    );
    if (batch.messages.length > 0) ports.throughput.counter.count({ messages: batch.messages.length, delayMs });
    failPoint("inbound.after-cursor");
    // After the cursor says which facts may be missing: what is known here is not looked at again.
    if (names && batch.named.length > 0) await names.add(batch.named, batch.toDelete);
  }

  /** Where names decide, or one comes that was set aside, ids are not in order: a range would hold old messages. */
  function pendingOf(batches: readonly UnderWay[]): PendingFacts | null {
    const ids = batches.flatMap(({ batch }) => batch.messages.map(({ id }) => id.slice(mailboxId.length + 1)));
    const [from, to] = [ids[0], ids.at(-1)];
    if (from === undefined || to === undefined) return null;
    const parent = traceparent();
    return {
      ...(names || batches.some(({ batch }) => batch.setAside) ? { ids } : { from, to }),
      ...(parent !== undefined && { traceparent: parent }),
    };
  }

  async function publish(batch: StoredBatch) {
    const { messages, covers } = batch;
    if (messages.length === 0 && covers === undefined) return;
    // The process that took over publishes what is pending: one that was frozen must not publish it again.
    lease.check();
    const handedOver = { messages: messages.map(rememberedOf), ...(covers !== undefined && { covers }) };
    const remembered = fingerprints.add(mailboxId, handedOver, ports.now());
    remembered.catch(() => {});
    await bus.publishAll(batch.messages.flatMap((message) => factsOf(message, correlation)));
    await remembered;
    failPoint("inbound.between-publishes");
  }

  const check = () => {
    if (failed) throw failed.error;
  };

  return {
    /** Takes a batch over; waits while too many are under way. Throws what failed in an earlier one. */
    async add(batch: StoredBatch) {
      check();
      while (underWay.length >= depth) await underWay[0]?.done;
      check();
      const before = moved;
      moved = before.then(() => (failed ? undefined : move(batch)));
      const step = moved;
      published = Promise.all([step, published]).then(() => (failed ? undefined : publish(batch)));
      const entry: UnderWay = {
        batch,
        done: published
          .catch((error: unknown) => {
            failed ??= { error };
          })
          // Not the first one: a batch whose cursor could not be moved is over before the one ahead of it is published.
          .then(() => void underWay.splice(underWay.indexOf(entry), 1)),
      };
      moved = step.catch(() => {});
      published = entry.done;
      underWay.push(entry);
    },
    /** Waits for everything. Throws what failed. */
    async settle() {
      while (underWay.length > 0) await underWay[0]?.done;
      check();
    },
  };
}

/**
 * Makes up for what an earlier run may have left: facts, with the same ids, so the stream drops repeats, and
 * fingerprints. The answer: fingerprints of these messages.
 */
export async function finishPending(
  {
    bus,
    messages,
    sources,
    fingerprints,
    now,
  }: Pick<InboundPorts, "bus" | "messages" | "sources" | "fingerprints" | "now">,
  lease: SourceLease,
  pending: PendingFacts | null | undefined,
): Promise<ReadonlySet<string>> {
  const told = new Map<string, Remembered>();
  if (!pending) return new Set();
  const { traceparent: parent } = pending;
  await publishStored(bus, messages.pending(lease.key, pending), (message) => {
    told.set(fingerprintOf(message), rememberedOf(message));
    return factsOf(message).map((fact) => ({ ...fact, ...(parent !== undefined && { traceparent: parent }) }));
  });
  const counts = await fingerprints.count(lease.key);
  const missing = [...told.values()].filter(({ fingerprint }) => !counts.has(fingerprint));
  await fingerprints.add(lease.key, { messages: missing }, now());
  // Or every run that fails before its first batch would do this once more.
  await sources.told(lease);
  return new Set(told.keys());
}

/** Publishes facts of messages read back from the store; of how many. */
export async function publishStored(
  bus: InboundPorts["bus"],
  stored: AsyncIterable<StoredMessage>,
  toFacts: (message: StoredMessage) => readonly OutgoingMessage[],
): Promise<number> {
  let facts: OutgoingMessage[] = [];
  let count = 0;
  const flush = async () => {
    await bus.publishAll(facts);
    facts = [];
  };
  for await (const message of stored) {
    count += 1;
    facts.push(...toFacts(message));
    if (facts.length >= rereadBatch) await flush();
  }
  if (facts.length > 0) await flush();
  return count;
}
