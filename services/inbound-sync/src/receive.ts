import type { Batch, Cursor, InboundSession } from "@mailfleet/connector-api";
import type { Connection } from "@mailfleet/contracts";
import type { NewMessage, SyncDocument } from "@mailfleet/store";
import { deleteProcessed } from "./delete-processed.ts";
import { alertRaised, probeReceived } from "./facts.ts";
import { createHandOver, publishPending } from "./hand-over.ts";
import type { InboundPorts } from "./ports.ts";
import { type PrepareContext, type Prepared, prepareLarge, prepareSmall } from "./prepare-message.ts";
import { LeaseLost } from "./slot.ts";

/** Messages fetched, stored and published together, at most. */
const batchSize = 200;
/** A run ends after this at the next batch, so that one huge mailbox does not keep a slot for hours. */
const longestRunMs = 600_000;
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
  /** What the connector wants to be remembered: identities, or nothing but the cursor. */
  readonly remembers: "position" | "identities";
  readonly sync: SyncDocument;
  readonly token: string;
  readonly correlation?: string;
  readonly signal: AbortSignal;
}

/**
 * Takes in what is new: raw bytes are stored first, then the cursor moves, then the facts go out; while one batch is
 * published the next is stored and the one after it fetched. Killed anywhere, the next run goes on without a gap.
 * Throws `FailureError` of the connector, outages, `LeaseLost`, or the signal's reason.
 */
export async function receive(ports: InboundPorts, run: ReceiveRun): Promise<Received> {
  const { connection, session, signal } = run;
  const { mailboxId } = connection;
  if (run.sync.pending) await publishPending(ports, mailboxId, run.sync.pending);
  const { cursor, known } = await startingPoint(ports, run);

  const handled = run.remembers === "identities" ? await ports.handled.load(mailboxId) : null;
  const handOver = createHandOver(ports, { mailboxId, token: run.token, correlation: run.correlation, handled });
  const wanted = {
    processFrom: connection.processFrom,
    batchSize,
    signal,
    known: (identity: string) => handled?.has(identity) ?? false,
  };
  const endAt = ports.now() + longestRunMs;
  let messages = 0;
  let probes = 0;
  for await (const batch of session.listNew(cursor, wanted)) {
    if (batch.resynchronised) await tellHistoryLost(ports, mailboxId, cursor);
    const prepared = await prepareAll(ports, connection, batch);
    const fresh: NewMessage[] = [];
    for (const one of prepared)
      if (one.kind === "mail" && !known?.has(`${one.message.sha256}:${one.message.size}`)) fresh.push(one.message);
    const stored = await storeAll(ports, fresh);
    ports.failPoint("inbound.after-store");
    // Rare and not stored: told before the cursor passes them, so that none is lost.
    for (const one of prepared)
      if (one.kind === "probe") {
        await tellProbe(ports, mailboxId, one);
        probes += 1;
      }
    await handOver.add({ messages: stored, cursor: batch.cursor, ...done(batch, prepared, stored, connection) });
    messages += stored.length;
    count(ports, stored);
    signal.throwIfAborted();
    if (ports.now() > endAt) {
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

/** Where to go on; after the server numbered its messages anew, from the beginning, with what is known already. */
async function startingPoint(
  ports: InboundPorts,
  { connection: { mailboxId }, session, sync, token }: ReceiveRun,
): Promise<{ cursor: Cursor | null; known: ReadonlySet<string> | null }> {
  const cursor = sync.cursor ?? null;
  const renumbered = cursor !== null && session.invalidates(cursor);
  if (renumbered) {
    const key = Object.values(cursor).join("-");
    await ports.bus.publish(alertRaised(mailboxId, { code: "UIDVALIDITY_CHANGED", key, at: ports.now() }));
    if (!(await ports.syncs.startOver(mailboxId, token))) throw new LeaseLost();
  }
  const comparing = renumbered || sync.comparing === true;
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

/** Stores a batch; what cannot be stored even alone is set aside with an alert, and the mailbox goes on. */
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

async function tellProbe(ports: InboundPorts, mailboxId: string, probe: Extract<Prepared, { kind: "probe" }>) {
  const { nativeId, mark, receivedAt } = probe;
  await ports.bus.publish(
    probeReceived(mailboxId, { nativeId, generation: mark.generation, sentAt: mark.at, receivedAt }),
  );
  await ports.syncs.stampProbe(mailboxId, ports.now());
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
