import type { Batch, Cursor, InboundSession } from "@mailfleet/connector-api";
import type { Connection } from "@mailfleet/contracts";
import type { NewMessage } from "../message/document.ts";
import { probeReceived } from "../message/facts.ts";
import { createHandOver, publishPending } from "../message/hand-over.ts";
import { type PrepareContext, type Prepared, prepareLarge, prepareSmall } from "../message/prepare.ts";
import type { InboundPorts } from "../ports.ts";
import { alertRaised } from "../source/alerts.ts";
import { deleteProcessed } from "../source/delete-processed.ts";
import type { SourceLease } from "../source/store.ts";

/** Messages fetched, stored and published together, at most. */
const batchSize = 200;
/** A run ends after this at the next batch, so that one huge mailbox does not keep a slot for hours. */
const longestRunMs = 600_000;
/** Where somebody waits for the connection, it ends after this. */
const fairShareMs = 5000;
const day = 86_400_000;

/** What a run found. `complete`: nothing was left when it ended. */
export interface Received {
  readonly messages: number;
  readonly probes: number;
  readonly complete: boolean;
}

/** One mailbox that is read under a lease. */
export interface ReceiveRun {
  readonly connection: Connection;
  readonly session: InboundSession;
  /** What to remember for the connector: identities, or only the cursor. */
  readonly remembers: "position" | "identities";
  readonly lease: SourceLease;
  readonly correlation?: string;
  readonly signal: AbortSignal;
  /** Somebody else waits for the connection of this run. */
  connectionWanted(): boolean;
}

/**
 * Takes in what is new: raw bytes are stored first, then the cursor moves, then the facts go out; while one batch is
 * published the next is stored and the one after it fetched. Killed anywhere, the next run continues without a gap.
 * Throws `FailureError` of the connector, outages, `LeaseLost`, or the signal's reason.
 */
export async function receive(ports: InboundPorts, run: ReceiveRun): Promise<Received> {
  const { connection, session, lease, signal } = run;
  const { mailboxId } = connection;
  const { pending } = lease.document;
  if (pending) await publishPending(ports, mailboxId, pending);
  const { cursor, known } = await startingPoint(ports, run);

  const handled = run.remembers === "identities" ? await ports.handled.load(mailboxId) : null;
  const handOver = createHandOver(ports, { lease, correlation: run.correlation, handled });
  const wanted = {
    processFrom: connection.processFrom,
    batchSize,
    signal,
    known: (identity: string) => handled?.has(identity) ?? false,
  };
  const startedAt = ports.now();
  let messages = 0;
  let probes = 0;
  for await (const batch of session.listNew(cursor, wanted)) {
    if (batch.resynchronised) await tellHistoryLost(ports, mailboxId, cursor);
    const prepared = await prepareAll(ports, connection, batch);
    const fresh: NewMessage[] = [];
    for (const one of prepared)
      if (one.kind === "mail" && !known?.has(`${one.message.sha256}:${one.message.size}`)) fresh.push(one.message);
    lease.check();
    const stored = await storeAll(ports, fresh);
    ports.failPoint("inbound.after-store");
    // Rare and not stored: announced before the cursor passes them, so that none is lost.
    for (const one of prepared)
      if (one.kind === "probe") {
        await tellProbe(ports, lease, one);
        probes += 1;
      }
    await handOver.add({ messages: stored, cursor: batch.cursor, ...done(batch, prepared, stored, connection) });
    messages += stored.length;
    count(ports, stored);
    signal.throwIfAborted();
    const tookMs = ports.now() - startedAt;
    if (tookMs > longestRunMs || (tookMs > fairShareMs && run.connectionWanted())) {
      await handOver.settle();
      return { messages, probes, complete: false };
    }
  }
  await handOver.settle();
  if (handled) await deleteProcessed(session, handled, connection.deleteAfterProcessing, signal);
  return { messages, probes, complete: true };
}

/** What is done with a batch, by the server's own names; a message that could not be stored is never deleted there. */
function done(batch: Batch, prepared: readonly Prepared[], stored: readonly NewMessage[], connection: Connection) {
  const identities = batch.messages.flatMap(({ identity }) => identity ?? []);
  if (!connection.deleteAfterProcessing)
    return { identities: [...identities, ...(batch.passedOver ?? [])], toDelete: [] };
  const safe = new Set(stored.map((message) => message.id.slice(connection.mailboxId.length + 1)));
  for (const one of prepared) if (one.kind === "probe") safe.add(one.nativeId);
  return {
    identities: [...identities, ...(batch.passedOver ?? [])],
    toDelete: batch.messages.flatMap(({ nativeId, identity }) => (safe.has(nativeId) && identity ? identity : [])),
  };
}

async function tellHistoryLost(ports: InboundPorts, mailboxId: string, cursor: Cursor | null) {
  const key = Object.values(cursor ?? {}).join("-");
  await ports.bus.publish(alertRaised(mailboxId, { code: "HISTORY_LOST", key, at: ports.now() }));
}

/** Where to continue; from the beginning, with what is known, if the server has renumbered its messages. */
async function startingPoint(
  ports: InboundPorts,
  { connection: { mailboxId }, session, lease }: ReceiveRun,
): Promise<{ cursor: Cursor | null; known: ReadonlySet<string> | null }> {
  const source = lease.document;
  const cursor = source.cursor ?? null;
  const renumbered = cursor !== null && session.invalidates(cursor);
  if (renumbered) {
    const key = Object.values(cursor).join("-");
    await ports.bus.publish(alertRaised(mailboxId, { code: "UIDVALIDITY_CHANGED", key, at: ports.now() }));
    await ports.sources.startOver(lease);
  }
  const comparing = renumbered || source.comparing === true;
  return {
    cursor: renumbered ? null : cursor,
    known: comparing ? await ports.messages.fingerprints(mailboxId) : null,
  };
}

async function prepareAll(ports: InboundPorts, connection: Connection, batch: Batch): Promise<Prepared[]> {
  const storedAt = ports.now();
  const context: PrepareContext = {
    mailboxId: connection.mailboxId,
    storedAt,
    expireAt: storedAt + connection.messageRetentionDays * day,
    storePart: ports.messages.insertPart,
    isOurProbe: ports.isOurProbe,
  };
  const prepared: Prepared[] = [];
  for (const fetched of batch.messages)
    prepared.push(
      fetched.raw instanceof Uint8Array
        ? prepareSmall(fetched, fetched.raw, context)
        : await prepareLarge(fetched, fetched.raw, context),
    );
  return prepared;
}

/** Stores a batch. A message that cannot be stored even alone is set aside with an alert; the mailbox continues. */
async function storeAll(ports: InboundPorts, batch: readonly NewMessage[]): Promise<readonly NewMessage[]> {
  const { refused } = await ports.messages.insertAll(batch);
  if (refused.length === 0) return batch;
  for (const { id, reason } of refused) {
    const mailboxId = id.slice(0, id.indexOf("/"));
    const key = id.slice(mailboxId.length + 1);
    ports.metrics.quarantined.inc();
    ports.logger.warn({ mailboxId, messageId: id, reason }, "a message could not be stored and was set aside");
    await ports.bus.publish(
      alertRaised(mailboxId, {
        code: "MESSAGE_QUARANTINED",
        key,
        at: ports.now(),
        detail: `message ${key} on the server`,
        evidence: { reply: reason.slice(0, 2000) },
      }),
    );
  }
  const aside = new Set(refused.map((one) => one.id));
  return batch.filter((message) => !aside.has(message.id));
}

async function tellProbe(ports: InboundPorts, lease: SourceLease, probe: Extract<Prepared, { kind: "probe" }>) {
  const mailboxId = lease.key;
  const { nativeId, mark, receivedAt } = probe;
  await ports.bus.publish(
    probeReceived(mailboxId, { nativeId, generation: mark.generation, sentAt: mark.at, receivedAt }),
  );
  await ports.sources.stampProbe(lease, ports.now());
}

function count({ metrics }: InboundPorts, stored: readonly NewMessage[]) {
  let bytes = 0;
  let unparsed = 0;
  for (const message of stored) {
    bytes += message.size;
    if (message.unparsed !== null) unparsed += 1;
  }
  metrics.received.inc(stored.length);
  metrics.receivedBytes.inc(bytes);
  if (unparsed > 0) metrics.unparsed.inc(unparsed);
}
