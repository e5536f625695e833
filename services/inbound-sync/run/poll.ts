import {
  type Batch,
  type Cursor,
  type FetchedMessage,
  type InboundConnector,
  type InboundSession,
  LinkBroke,
} from "@mailfleet/connector-api";
import {
  connectorDescriptors,
  type Failure,
  FailureError,
  failureOf,
  innerSpan,
  type Protocol,
} from "@mailfleet/contracts";
import {
  createSlots,
  type OpenedConnection,
  type RunEnd,
  type RunWork,
  type Slot,
  type Slots,
  type StartedRun,
  type Worked,
} from "@mailfleet/worker";
import type { InboundPorts } from "../ports.ts";
import { alertCleared } from "../source/alerts.ts";
import type { Settled } from "../source/document.ts";
import type { SourceLease } from "../source/store.ts";
import { givesWay } from "../watch/rest.ts";
import { watchesOf } from "../watch/watches.ts";
import { createBreaks } from "./breaks.ts";
import { moveReports } from "./move-reports.ts";
import { receive } from "./receive.ts";
import { settledInbox } from "./settled-inbox.ts";
import { tagUndeliverable } from "./tag-undeliverable.ts";

/** Longer than any run should take: for a server that never ends. */
const deadlineMs = 900_000;

/** Runs that fetch, parse and store at the same time in one process: a batch takes a few megabytes. */
const atWork = 24;

type PollRun = StartedRun<SourceLease>;

/** Reads one mailbox: the daily poll, and the light run with which a failed one finds its way back. */
export function createPoll(ports: InboundPorts): RunWork<InboundConnector, SourceLease> {
  const slots = createSlots(atWork);
  const settled = new WeakMap<PollRun, Settled>();
  return {
    deadlineMs,
    // What a watch has heard is fetched over its connection, which has a permit already.
    takesPermit: ({ mailboxId }) => !watchesOf(ports).lends(mailboxId),
    hold: ({ mailboxId }) => take(ports, mailboxId),
    async work(run, opened) {
      const worked = await poll(ports, slots, run, opened, settled);
      if (!run.hasPermit || worked.failure) return worked;
      // Over connections of their own, which have the run's permit; a message that is moved may have another name there.
      await tagUndeliverable(ports, run, opened);
      await moveReports(ports, run, opened);
      return worked;
    },
    ended: async (run, end) => stamp(ports, run, end, settled.get(run) ?? null),
  };
}

/** `null`: another process reads it, or it was deleted since the connection was asked for. */
async function take({ leases }: InboundPorts, mailboxId: string): Promise<SourceLease | null> {
  const lease = await leases.take(mailboxId);
  if (lease?.document.removedAt === undefined) return lease;
  await lease.release();
  return null;
}

async function poll(
  ports: InboundPorts,
  slots: Slots,
  run: PollRun,
  { connector, options }: OpenedConnection<InboundConnector>,
  settled: WeakMap<PollRun, Settled>,
): Promise<Worked> {
  const { connection, signal, context, held: lease, logger, connectionWanted } = run;
  const remembers = connectorDescriptors[connection.server.protocol as Protocol]?.remembers ?? "position";
  const found = { messages: 0, probes: 0, known: 0, refused: 0 };
  const breaks = createBreaks(ports, lease);
  for (let source = lease.document; ; source = (await ports.sources.get(lease.key)) ?? source) {
    const { correlation } = context;
    const { alone } = breaks;
    let opening: Promise<InboundSession> | null = null;
    let slot: Slot | null = null;
    try {
      // Nothing is held but a socket until the inbox is open.
      opening = run.hasPermit
        ? connector.open(options, signal, settledInbox(source, ports.now()))
        : lent(ports, lease.key);
      const opened = await opening;
      slot = await slots.take(signal);
      const session = waitingWithout(slot, opened);
      const reading = { connection, session, source, remembers, lease, signal, correlation, connectionWanted, alone };
      const { short, complete, nothingNew, state } = await innerSpan("receive", {}, async (say) => {
        const received = await receive(ports, reading, found);
        say({ count: found.messages });
        return received;
      });
      if (found.messages > 0) logger.info({ ...found, complete, short }, "received");
      else logger.debug({ ...found, complete, short }, "nothing new");
      // What was proved without a whole look is trusted no longer for it.
      const at = nothingNew ? source.settled?.at : run.startedAt;
      if (state && at !== undefined) settled.set(run, { state, at });
      return { more: !complete, failure: short && tooShort(short) };
    } catch (error) {
      signal.throwIfAborted();
      // What a watch meets never counts: the run goes on over a connection of its own.
      if (!run.hasPermit && error instanceof FailureError) return { lentInVain: true };
      if (!(error instanceof LinkBroke)) throw error;
      if ((await breaks.met(error, found)) === "enough") return { more: true };
    } finally {
      slot?.give();
      // Also where it opened and the wait for a slot behind it ended in vain.
      await opening?.then((session) => session.close(), noSession);
    }
  }
}

const noSession = () => {};

/** Throws CONNECTION_LOST where the watch has ended meanwhile. */
async function lent(ports: InboundPorts, mailboxId: string): Promise<InboundSession> {
  const session = await watchesOf(ports).lend(mailboxId);
  if (!session) throw new FailureError(failureOf("CONNECTION_LOST"));
  return session;
}

/** The same session, but while it waits for its server, even in the middle of a message, it holds no slot. */
function waitingWithout(slot: Slot, session: InboundSession): InboundSession {
  const { recognises, audit, remove } = session;
  const streaming = (message: FetchedMessage): FetchedMessage =>
    message.raw instanceof Uint8Array ? message : { ...message, raw: slot.each(message.raw) };
  async function* listNew(...asked: Parameters<InboundSession["listNew"]>): AsyncGenerator<Batch> {
    for await (const batch of slot.each(session.listNew(...asked)))
      yield { ...batch, messages: batch.messages.map(streaming) };
  }
  return Object.assign(Object.create(session), {
    listNew,
    ...(recognises && { recognises: (cursor: Cursor) => slot.waitFor(recognises(cursor)) }),
    ...(audit && { audit: (...asked: Parameters<typeof audit>) => slot.waitFor(audit(...asked)) }),
    ...(remove && { remove: (...asked: Parameters<typeof remove>) => slot.waitFor(remove(...asked)) }),
  });
}

function tooShort({ says, lists }: { says: number; lists: number }): Failure {
  const reply = `the server says that there are ${says} messages, and lists ${lists}`;
  return failureOf("LISTING_INCOMPLETE", { reply });
}

async function stamp(
  ports: InboundPorts,
  { held: lease, startedAt, connection }: PollRun,
  { at, failure, more }: RunEnd,
  settled: Settled | null,
): Promise<void> {
  const way = givesWay(connection.watch !== null, failure);
  if (way && lease.document.watching?.holder)
    await ports.watches.giveWay(lease.key, { at, until: at + way.restMs, why: way.why });
  const ok = failure === null;
  const heard = ok && Boolean(lease.document.stalled);
  if (heard) await ports.bus.publish(alertCleared(lease.key, "STALLED", at));
  await ports.sources.finish(lease, { startedAt, at, ok, complete: ok && !more, heard, settled: ok ? settled : null });
}
