import type { InboundPorts } from "../ports.ts";
import type { PendingFacts, StoredCursor } from "../source/document.ts";
import type { HandledMessages } from "../source/handled-store.ts";
import type { SetAside } from "../source/set-aside.ts";
import type { SourceLease } from "../source/store.ts";
import type { StoredMessage } from "./document.ts";
import { mailReceived } from "./facts.ts";

/** So many batches may be stored but not yet published. */
const depth = 2;
/** Facts published together when they are read back from the store. */
const rereadBatch = 200;

/** A batch that is stored. */
interface StoredBatch {
  readonly messages: readonly StoredMessage[];
  readonly cursor: StoredCursor;
  /** Identities that are done with this batch; only for connectors that remember them. */
  readonly identities: readonly string[];
  /** Those of them to delete on the server. */
  readonly toDelete: readonly string[];
  /** What is set aside once this batch is passed; absent: as before. */
  readonly setAside?: readonly SetAside[];
}

/** Moves the cursor past stored batches and publishes their facts, in order, while the next ones are fetched. */
export interface HandOver {
  /** Takes a batch over; waits while too many are under way. Throws what failed in an earlier one. */
  add(batch: StoredBatch): Promise<void>;
  /** Waits for everything. Throws what failed. */
  settle(): Promise<void>;
}

/**
 * One write per batch moves the cursor and says which facts may be missing; these are published from the store by the
 * next run if this one dies (`publishPending`). That is the outbox: one range instead of an entry per message.
 */
export function createHandOver(
  ports: Pick<InboundPorts, "bus" | "sources" | "failPoint">,
  run: { lease: SourceLease; correlation?: string; handled: HandledMessages | null },
): HandOver {
  const { bus, sources, failPoint } = ports;
  const { lease, correlation, handled } = run;
  const mailboxId = lease.key;
  const nativeId = (message: StoredMessage) => message.id.slice(mailboxId.length + 1);
  const underWay: { batch: StoredBatch; done: Promise<void> }[] = [];
  let moved = Promise.resolve();
  let published = Promise.resolve();
  let failed: { error: unknown } | undefined;

  async function move(batch: StoredBatch) {
    const upToHere = underWay.slice(0, underWay.findIndex((entry) => entry.batch === batch) + 1);
    const unpublished = upToHere.flatMap((entry) => entry.batch.messages);
    failPoint("inbound.before-cursor");
    await sources.advance(lease, {
      cursor: batch.cursor,
      pending: pendingOf(
        unpublished.map(nativeId),
        upToHere.some((entry) => entry.batch.setAside),
      ),
      received: batch.messages.length,
      ...(batch.setAside && { setAside: batch.setAside }),
    });
    failPoint("inbound.after-cursor");
    // After the cursor says which facts may be missing: what is known here is not looked at again.
    if (handled && batch.identities.length > 0) await handled.add(batch.identities, batch.toDelete);
  }

  /** Where identities decide, or one comes that was set aside, ids are not in order: a range would hold old messages. */
  function pendingOf(ids: readonly string[], unordered: boolean): PendingFacts | null {
    const [from, to] = [ids[0], ids.at(-1)];
    if (from === undefined || to === undefined) return null;
    return handled || unordered ? { ids } : { from, to };
  }

  async function publish(batch: StoredBatch) {
    if (batch.messages.length === 0) return;
    // Who took over publishes what is pending: a process that was frozen says nothing twice.
    lease.check();
    await bus.publishAll(batch.messages.map((message) => mailReceived(message, correlation)));
    failPoint("inbound.between-publishes");
  }

  const check = () => {
    if (failed) throw failed.error;
  };

  return {
    async add(batch) {
      check();
      while (underWay.length >= depth) await underWay[0]?.done;
      check();
      const before = moved;
      moved = before.then(() => (failed ? undefined : move(batch)));
      const step = moved;
      published = Promise.all([step, published]).then(() => (failed ? undefined : publish(batch)));
      const entry = {
        batch,
        done: published.then(
          () => {
            underWay.shift();
          },
          (error: unknown) => {
            failed ??= { error };
            underWay.shift();
          },
        ),
      };
      moved = step.catch(() => {});
      published = entry.done;
      underWay.push(entry);
    },
    async settle() {
      while (underWay.length > 0) await underWay[0]?.done;
      check();
    },
  };
}

/** Publishes the facts that an earlier run may have left. The ids are the same, so the stream drops repeats. */
export async function publishPending(
  { bus, messages }: Pick<InboundPorts, "bus" | "messages">,
  mailboxId: string,
  pending: PendingFacts,
): Promise<number> {
  const stored =
    "ids" in pending ? messages.withIds(mailboxId, pending.ids) : messages.between(mailboxId, pending.from, pending.to);
  return publishStored(bus, stored, (message) => mailReceived(message));
}

/** Publishes facts of messages read back from the store; how many. */
export async function publishStored(
  bus: InboundPorts["bus"],
  stored: AsyncIterable<StoredMessage>,
  toFact: (message: StoredMessage) => ReturnType<typeof mailReceived>,
): Promise<number> {
  let facts: ReturnType<typeof mailReceived>[] = [];
  let count = 0;
  const flush = async () => {
    await bus.publishAll(facts);
    count += facts.length;
    facts = [];
  };
  for await (const message of stored) {
    facts.push(toFact(message));
    if (facts.length >= rereadBatch) await flush();
  }
  if (facts.length > 0) await flush();
  return count;
}
