import type { InboundConnector, InboundSession } from "@mailfleet/connector-api";
import { connectorDescriptors, type Failure, failureOf, type Protocol } from "@mailfleet/contracts";
import type { OpenedConnection, RunEnd, RunWork, StartedRun, Worked } from "@mailfleet/worker";
import type { InboundPorts } from "../ports.ts";
import { alertCleared } from "../source/alerts.ts";
import type { SourceLease } from "../source/store.ts";
import { receive } from "./receive.ts";

/** Longer than any run should take: for a server that never ends. */
const deadlineMs = 900_000;

type PollRun = StartedRun<SourceLease>;

/** Reads one mailbox: the daily poll, and the light run with which a failed one finds its way back. */
export function createPoll(ports: InboundPorts): RunWork<InboundConnector, SourceLease> {
  return {
    deadlineMs,
    hold: ({ mailboxId }) => take(ports, mailboxId),
    work: async (run, opened) => poll(ports, run, opened),
    ended: async (run, end) => stamp(ports, run, end),
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
  run: PollRun,
  { connector, options }: OpenedConnection<InboundConnector>,
): Promise<Worked> {
  const { connection, signal, context, held: lease, logger, connectionWanted } = run;
  const { correlation } = context;
  const session: InboundSession = await connector.open(options, signal);
  try {
    const remembers = connectorDescriptors[connection.server.protocol as Protocol]?.remembers ?? "position";
    const received = await receive(ports, {
      connection,
      session,
      remembers,
      lease,
      signal,
      correlation,
      connectionWanted,
    });
    if (received.messages > 0) logger.info({ ...received }, "received");
    else logger.debug({ ...received }, "nothing new");
    const { short, complete } = received;
    return { more: !complete, failure: short && tooShort(short) };
  } finally {
    await session.close();
  }
}

function tooShort({ says, lists }: { says: number; lists: number }): Failure {
  const reply = `the server says that there are ${says} messages, and lists ${lists}`;
  return failureOf("PROTOCOL_ERROR", { reply });
}

async function stamp(ports: InboundPorts, { held: lease }: PollRun, { at, failure, more }: RunEnd): Promise<void> {
  const ok = failure === null;
  const heard = ok && lease.document.stalled === true;
  if (heard) await ports.bus.publish(alertCleared(lease.key, "STALLED", at));
  await ports.sources.finish(lease, { at, ok, complete: ok && !more, heard });
}
