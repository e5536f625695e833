import {
  type Batch,
  type Cursor,
  checkBalance,
  type InboundSession,
  type RefusedMessage,
} from "@mailfleet/connector-api";
import type { Connection } from "@mailfleet/contracts";
import type { NewMessage } from "../message/document.ts";
import { probeReceived } from "../message/facts.ts";
import { createHandOver, publishPending } from "../message/hand-over.ts";
import { keyOf, type PrepareContext, type Prepared, prepareLarge, prepareSmall } from "../message/prepare.ts";
import type { InboundPorts } from "../ports.ts";
import { alertRaised } from "../source/alerts.ts";
import { deleteProcessed } from "../source/delete-processed.ts";
import { afterTry, dueAgain } from "../source/set-aside.ts";
import type { SourceLease } from "../source/store.ts";
import { nameRefused, refusedIn, settledIn, tellRefused } from "./refusals.ts";
import { startingPoint } from "./starting-point.ts";

/** Messages fetched, stored and published together, at most. */
const batchSize = 200;
/** A run ends after this at the next batch, so that one huge mailbox does not keep a slot for hours. */
const longestRunMs = 600_000;
/** Where somebody waits for the connection, it ends after this. */
const fairShareMs = 5000;
const day = 86_400_000;

/** What a run found. */
export interface Received {
  readonly messages: number;
  readonly probes: number;
  /** Refused by the server or the store for the first time, and set aside. */
  readonly refused: number;
  /** False: something is left, the run comes again. */
  readonly complete: boolean;
  /** The server says that it has more than it lists: whatever else went well, the run is not healthy. */
  readonly short: { readonly says: number; readonly lists: number } | null;
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
  // Or every run that fails before its first batch would tell them once more.
  if (pending) await ports.sources.told(lease);
  const { cursor, known, prefix, aside: before } = await startingPoint(ports, run);

  const handled = run.remembers === "identities" ? await ports.handled.load(mailboxId) : null;
  const handOver = createHandOver(ports, { lease, correlation: run.correlation, handled });
  const startedAt = ports.now();
  const again = dueAgain(before, startedAt);
  const resting = new Set(before.map(({ name }) => name).filter((name) => !again.includes(name)));
  const wanted = {
    processFrom: connection.processFrom,
    batchSize,
    signal,
    known: (identity: string) => resting.has(identity) || (handled?.has(identity) ?? false),
    again,
  };
  let aside = before;
  const found = { messages: 0, probes: 0, refused: 0 };
  for await (const batch of session.listNew(cursor, wanted)) {
    checkBalance(batch);
    if (batch.resynchronised) await tellHistoryLost(ports, mailboxId, cursor);
    const prepared = await prepareAll(ports, connection, prefix, batch);
    const fresh = await freshIn(ports, mailboxId, prepared, known);
    lease.check();
    const { stored, refused: notStored } = await storeAll(ports, fresh);
    ports.failPoint("inbound.after-store");
    // Rare and not stored: announced before the cursor passes them, so that none is lost.
    for (const one of prepared)
      if (one.kind === "probe") {
        await tellProbe(ports, lease, one);
        found.probes += 1;
      }
    const refused = [...batch.refused, ...refusedIn(prepared), ...nameRefused(batch, { mailboxId, prefix }, notStored)];
    found.messages += stored.length;
    found.refused += refused.filter(({ name }) => !again.includes(name)).length;
    if (refused.length > 0) await tellRefused(ports, mailboxId, refused, found);
    const touched = refused.length > 0 || aside.length > 0;
    if (touched) aside = afterTry(aside, { refused, settled: settledIn(batch, refused), at: ports.now() });
    await handOver.add({
      messages: stored,
      cursor: batch.cursor,
      ...done(batch, prepared, { stored, refused }, connection, prefix),
      ...(touched && { setAside: aside }),
    });
    count(ports, stored);
    signal.throwIfAborted();
    const tookMs = ports.now() - startedAt;
    if (tookMs > longestRunMs || (tookMs > fairShareMs && run.connectionWanted())) {
      await handOver.settle();
      return { ...found, complete: false, short: null };
    }
  }
  await handOver.settle();
  // Tried again, and neither given nor refused: they are not there any more.
  const left = aside.filter(({ name, nextAt }) => !again.includes(name) || nextAt > startedAt);
  if (left.length < aside.length) await ports.sources.setAside(lease, left);
  const there = session.there?.() ?? null;
  const short = there && there.lists < there.says ? there : null;
  // A listing that is too short is no proof that anything is gone.
  if (handled && !short) await deleteProcessed(session, handled, connection.deleteAfterProcessing, signal);
  return { ...found, complete: true, short };
}

/**
 * What is to be stored and told. A message that is stored under another name is known; under this very name it was
 * stored by a run that died before the cursor passed it, and nobody was told.
 */
async function freshIn(
  { messages }: Pick<InboundPorts, "messages">,
  mailboxId: string,
  prepared: readonly Prepared[],
  known: ReadonlySet<string> | null,
): Promise<NewMessage[]> {
  const mail = prepared.flatMap((one) => (one.kind === "mail" ? one.message : []));
  if (known === null) return mail;
  const isKnown = ({ sha256, size }: NewMessage) => known.has(`${sha256}:${size}`);
  const nativeIds = mail.filter(isKnown).map(({ id }) => id.slice(mailboxId.length + 1));
  const untold = new Set<string>();
  if (nativeIds.length > 0) for await (const { id } of messages.withIds(mailboxId, nativeIds)) untold.add(id);
  return mail.filter((message) => !isKnown(message) || untold.has(message.id));
}

/** What is done with a batch, by the server's own names; a message that could not be stored is never deleted there. */
function done(
  batch: Batch,
  prepared: readonly Prepared[],
  { stored, refused }: { stored: readonly NewMessage[]; refused: readonly RefusedMessage[] },
  { mailboxId, deleteAfterProcessing }: Connection,
  prefix: string,
) {
  const open = new Set(refused.map(({ name }) => name));
  const given = batch.messages.flatMap(({ identity }) => (identity && !open.has(identity) ? identity : []));
  const identities = [...given, ...(batch.notWanted ?? [])];
  if (!deleteAfterProcessing) return { identities, toDelete: [] };
  const key = (nativeId: string) => keyOf({ mailboxId, prefix }, nativeId);
  const safe = new Set(stored.map(({ id }) => id));
  for (const one of prepared) if (one.kind === "probe") safe.add(key(one.nativeId));
  return {
    identities,
    toDelete: batch.messages.flatMap(({ nativeId, identity }) => (identity && safe.has(key(nativeId)) ? identity : [])),
  };
}

async function tellHistoryLost(ports: InboundPorts, mailboxId: string, cursor: Cursor | null) {
  const key = Object.values(cursor ?? {}).join("-");
  await ports.bus.publish(alertRaised(mailboxId, { code: "HISTORY_LOST", key, at: ports.now() }));
}

async function prepareAll(
  ports: InboundPorts,
  connection: Connection,
  prefix: string,
  batch: Batch,
): Promise<Prepared[]> {
  const storedAt = ports.now();
  const context: PrepareContext = {
    mailboxId: connection.mailboxId,
    prefix,
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

/** Stores a batch, except those that cannot be stored even alone. */
async function storeAll(ports: InboundPorts, batch: readonly NewMessage[]) {
  const { refused } = await ports.messages.insertAll(batch);
  if (refused.length === 0) return { stored: batch, refused: [] };
  const aside = new Set(refused.map((one) => one.id));
  return { stored: batch.filter((message) => !aside.has(message.id)), refused };
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
