import { type Batch, type Cursor, checkBalance, type ListOptions } from "@mailfleet/connector-api";
import type { Connection } from "@mailfleet/contracts";
import type { NewMessage } from "../message/document.ts";
import { probeReceived } from "../message/facts.ts";
import { fingerprintOf } from "../message/fingerprint-store.ts";
import { createHandOver, finishPending } from "../message/hand-over.ts";
import { type Prepared, prepareAll } from "../message/prepare.ts";
import type { InboundPorts } from "../ports.ts";
import { alertCleared, alertRaised, occasionOf } from "../source/alerts.ts";
import { deleteProcessed } from "../source/delete-processed.ts";
import type { Named } from "../source/names-store.ts";
import { afterTry, dueAgain } from "../source/set-aside.ts";
import type { SourceLease } from "../source/store.ts";
import { auditIfDue } from "./audit.ts";
import type { ReceiveRun } from "./receive-run.ts";
import { type Found, refusedIn, storeAll, tellRefused } from "./refusals.ts";
import { isSameSource, startingPoint, startOverIfRenewed } from "./starting-point.ts";
import { createTellApart } from "./tell-apart.ts";

/** Messages fetched, stored and published together, at most. */
const batchSize = 200;
/** A run ends after this at the next batch, so that one huge mailbox does not keep a slot for hours. */
const longestRunMs = 600_000;
/** Where somebody waits for the connection, it ends after this. */
const fairShareMs = 5000;
const day = 86_400_000;

/** A message that is refused once is often given soon after; one that is refused so often is tagged as undeliverable. */
const triesBeforeTag = 3;

/** How reading ended. */
export interface Received {
  /** False: something is left, the run comes again. */
  readonly complete: boolean;
  /** The server says that it has more than it lists: whatever else went well, the run is not healthy. */
  readonly short: { readonly says: number; readonly lists: number } | null;
  /** Nothing had come since the inbox was settled, so nothing was listed. */
  readonly nothingNew?: boolean;
  /** What the server says of the inbox, now that everything in it is accounted for; `null`: it is not, or it says nothing. */
  readonly state?: string | null;
}

/**
 * Takes in what is new: raw bytes are stored first, then the cursor moves, then the facts go out; while one batch is
 * published the next is stored and the one after it fetched. Killed anywhere, the next run continues without a gap.
 * Throws `FailureError` of the connector, outages, `LeaseLost`, or the signal's reason.
 */
export async function receive(ports: InboundPorts, run: ReceiveRun, found: Found): Promise<Received> {
  const { connection, session, lease, signal, correlation } = run;
  const { mailboxId } = connection;
  const finished = await finishPending(ports, lease, run.source.pending);
  if (session.nothingNew && isSameSource(run.source.identity, session.source))
    return {
      complete: true,
      short: null,
      nothingNew: true,
      state: session.stateAfter?.(run.source.cursor ?? {}) ?? null,
    };
  const start = await startingPoint(ports, run);
  const names = run.remembers === "identities" ? await ports.names.load(lease) : null;
  const handOver = createHandOver(ports, { lease, correlation, names });
  const usedAgain = new Set<string>();
  const { comparing, movedAt } = start;
  let tellApart = createTellApart(ports, { mailboxId, session, names, comparing, movedAt, usedAgain });
  const startedAt = ports.now();
  const again = dueAgain(start.aside, startedAt);
  const resting = new Set(start.aside.map(({ name }) => name).filter((name) => !again.includes(name)));
  const wanted: ListOptions = {
    processFrom: connection.processFrom,
    batchSize,
    signal,
    known(name, size, digest) {
      if (resting.has(name) || names?.has(name, size, digest)) return true;
      if (names?.has(name)) usedAgain.add(name);
      return false;
    },
    again,
    resting,
    alone: run.alone,
  };
  let { aside, cursor } = start;

  /** Stores a batch and hands it over; the cursor passes nothing that is neither stored nor set aside. */
  async function take(batch: Batch): Promise<void> {
    checkBalance(batch);
    if (batch.resynchronised) await tellHistoryLost(ports, mailboxId, start.cursor);
    const prepared = await prepare(ports, connection, start.prefix, batch);
    const old = await tellApart(prepared);
    lease.check();
    const fresh = old.size === 0 ? prepared : prepared.filter((one) => !old.has(one));
    const kept = await storeAll(ports, fresh);
    ports.failPoint("inbound.after-store");
    // Rare and not stored: announced before the cursor passes them, so that none is lost.
    const probes = prepared.filter((one) => one.is === "probe");
    for (const probe of probes) await tellProbe(ports, lease, probe);
    const refused = [...refusedIn(batch, prepared), ...kept.refused];
    found.messages += kept.stored.length;
    found.known += old.size;
    found.probes += probes.length;
    const anew = refused.filter(({ name }) => !again.includes(name));
    if (anew.length > 0) await tellRefused(ports, lease, anew, found);
    const open = new Set(refused.map(({ name }) => name));
    const settled = open.size === 0 ? prepared : prepared.filter(({ name }) => !open.has(name));
    const isSafe = (one: Prepared) => !old.has(one) || (one.is === "mail" && finished.has(fingerprintOf(one.message)));
    const touched = refused.length > 0 || aside.length > 0;
    if (touched) {
      const done = new Set([...settled.map(({ name }) => name), ...(batch.notWanted ?? [])]);
      aside = afterTry(aside, { refused, settled: done, at: ports.now() });
    }
    const reports = settled.filter((one) => !old.has(one)).flatMap(reportName);
    const hopeless = touched ? aside.filter(({ name, tries }) => tries === triesBeforeTag && open.has(name)) : [];
    await handOver.add({
      messages: kept.stored,
      // What is only tried again moves no cursor.
      isNew: batch.cursor !== cursor,
      skipped: batch.cursor === cursor ? 0 : (batch.passedOver.older ?? 0),
      cursor: batch.cursor,
      covers: batch.covers && `${start.prefix}:${batch.covers}`,
      named: names ? [...settled.map((one) => named(one, old.get(one))), ...(batch.notWanted ?? []).map(unread)] : [],
      // Mail from before the mailbox was emptied stays.
      toDelete: connection.deleteAfterProcessing ? settled.filter(isSafe).map(({ name }) => name) : [],
      toMove: connection.undeliverableFolder === null ? [] : reports,
      toTag: connection.tagUndeliverable ? [...reports, ...hopeless.map(({ name }) => name)] : [],
      ...(touched && { setAside: aside }),
    });
    cursor = batch.cursor;
    count(ports, kept.stored);
  }

  try {
    for await (const batch of session.listNew(start.cursor, wanted)) {
      if (batch.resynchronised && names && (await startOverIfRenewed(ports, run, names)))
        return { complete: false, short: null };
      await take(batch);
      signal.throwIfAborted();
      const tookMs = ports.now() - startedAt;
      if (tookMs <= fairShareMs || (tookMs <= longestRunMs && !run.connectionWanted())) continue;
      await handOver.settle();
      return { complete: false, short: null };
    }
  } catch (error) {
    // What came before goes on its way: the run may connect again.
    await handOver.settle();
    throw error;
  }
  await handOver.settle();
  // Tried again, and neither given nor refused: they are not there any more.
  const left = aside.filter(({ name, nextAt }) => !again.includes(name) || nextAt > startedAt);
  if (left.length < aside.length) await ports.sources.setAside(lease, left);
  if (run.source.quarantined && left.length === 0) {
    await ports.bus.publish(alertCleared(mailboxId, "MESSAGE_QUARANTINED", ports.now()));
    await ports.sources.markQuarantined(lease, false);
  }
  const there = session.there?.() ?? null;
  const short = there && there.lists < there.says ? there : null;
  // A listing that is too short does not prove that anything is gone.
  const open = new Set(left.map(({ name }) => name));
  const deletes = connection.deleteAfterProcessing;
  if (names && !short) await deleteProcessed(session, { names, open, deletes }, signal);
  const fetch = async (again: readonly string[]) => {
    tellApart = createTellApart(ports, { mailboxId, session, names, comparing: true, movedAt, usedAgain });
    for await (const batch of session.listNew(cursor, { ...wanted, again, onlyAgain: true })) await take(batch);
    await handOver.settle();
  };
  const given = { ...run, cursor, prefix: start.prefix, short: short !== null, known: wanted.known, fetch };
  const isWhole = await auditIfDue(ports, given, found);
  const state = short || !cursor ? null : (session.stateAfter?.(cursor) ?? null);
  return { complete: true, short: isWhole ? null : short, state };
}

/** `before`: the fingerprint under which it was handed over, if it was. */
function named({ name, fetched, ...fate }: Prepared, before?: string): Named {
  return {
    name,
    size: fetched.listedSize ?? null,
    fingerprint: fate.is === "mail" ? (before ?? fingerprintOf(fate.message)) : null,
    digest: fetched.digest ?? null,
  };
}

const reportName = (one: Prepared) => (one.is === "mail" && one.message.undeliverable ? [one.name] : []);

const unread = (name: string): Named => ({ name, size: null, fingerprint: null, digest: null });

async function tellHistoryLost(ports: InboundPorts, mailboxId: string, cursor: Cursor | null) {
  await ports.bus.publish(alertRaised(mailboxId, { code: "HISTORY_LOST", key: occasionOf(cursor), at: ports.now() }));
}

function prepare(ports: InboundPorts, connection: Connection, prefix: string, batch: Batch) {
  const { mailboxId, messageRetentionDays, kind } = connection;
  const storedAt = ports.now();
  const expireAt = storedAt + messageRetentionDays * day;
  const { isOurProbe, messages } = ports;
  const [storePart, dropParts] = [messages.insertPart, messages.removeParts];
  const forwarded = kind === "forward";
  return prepareAll(batch.messages, {
    mailboxId,
    prefix,
    storedAt,
    expireAt,
    storePart,
    dropParts,
    isOurProbe,
    forwarded,
  });
}

async function tellProbe(
  ports: InboundPorts,
  lease: SourceLease,
  { fetched: { nativeId, receivedAt }, mark }: Extract<Prepared, { is: "probe" }>,
) {
  const { generation, at: sentAt } = mark;
  await ports.bus.publish(probeReceived(lease.key, { nativeId, generation, sentAt, receivedAt }));
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
