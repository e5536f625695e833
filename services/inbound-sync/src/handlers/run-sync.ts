import type { Incoming } from "@mailfleet/bus";
import {
  type Connection,
  connectorDescriptors,
  type Failure,
  FailureError,
  failureOf,
  type Protocol,
} from "@mailfleet/contracts";
import { askConnection, connectorFor, isServiceAway, openConnection } from "../connection.ts";
import { alertCleared, type RunContext, runResult } from "../facts.ts";
import type { InboundPorts } from "../ports.ts";
import { type Received, receive } from "../receive.ts";
import { comeAgain, LeaseLost, leaseMs, type Slot, takeSlot } from "../slot.ts";

/** Reads one mailbox: the daily poll, and the light run with which a failed one finds its way back. */
export function createRunSync(ports: InboundPorts) {
  return async (message: Incoming<"run.requested.v1">, signal: AbortSignal): Promise<void> => {
    const run = message.body;
    const { mailboxId, purpose, generation } = run;
    const logger = ports.logger.child({ mailboxId, purpose, generation });
    const context: RunContext = { run, correlation: message.correlation ?? message.id, causation: message.id };
    const count = (outcome: string) => ports.metrics.runs.inc({ purpose, outcome });

    const connection = await askConnection(ports, run, context.correlation);
    if (!connection) {
      count("dropped");
      return logger.debug({}, "the run is not wanted any more");
    }
    const slot = await takeSlot(ports, connection);
    if (!slot) {
      count("no-slot");
      logger.debug({}, "no connection is free for these credentials; the run comes again");
      return await comeAgain(ports, context);
    }
    const observe = ports.metrics.runSeconds.startTimer({ purpose });
    try {
      count(await underLease(ports, { context, connection, slot, signal, logger }));
    } finally {
      observe();
      await slot.give();
    }
  };
}

interface LeasedRun {
  readonly context: RunContext;
  readonly connection: Connection;
  readonly slot: Slot;
  readonly signal: AbortSignal;
  readonly logger: InboundPorts["logger"];
}

async function underLease(ports: InboundPorts, leased: LeasedRun): Promise<"ok" | "failed" | "lost" | "dropped"> {
  const { context, connection, slot, logger } = leased;
  const { mailboxId } = connection;
  const lease = await ports.syncs.acquire(mailboxId, ports.owner, leaseMs);
  if (!lease) {
    logger.debug({}, "another replica reads this mailbox at the moment");
    return "dropped";
  }
  const { sync, token } = lease;
  slot.alsoKeep(() => ports.syncs.renew(mailboxId, token, leaseMs));
  const signal = AbortSignal.any([leased.signal, slot.lost]);
  let failure: Failure | null = null;
  let complete = false;
  try {
    const received = await connectAndReceive(ports, { connection, sync, token, signal, context });
    if (received.messages > 0) logger.info({ ...received }, "received");
    else logger.debug({ ...received }, "nothing new");
    complete = received.complete;
    if (!complete) await comeAgain(ports, context, 0);
  } catch (error) {
    if (slot.lost.aborted || error instanceof LeaseLost) {
      logger.debug({}, "the lease was lost; whoever has it goes on");
      return "lost";
    }
    if (leased.signal.aborted || ports.isOutage(error) || isServiceAway(error)) {
      // At a message boundary: what is stored is stored, the run itself goes to another replica or is tried again.
      await ports.syncs.release(mailboxId, token).catch(() => {});
      throw error;
    }
    failure = failureFor(error, logger);
  }
  const at = ports.now();
  // What the machine must know goes out before the lease is given back: a crash in between repeats the run.
  const healthy = failure === null && connection.state === "enabled.running";
  if (!healthy) await ports.bus.publish(runResult(context, failure, at));
  if (failure === null && sync.stalled) {
    await ports.bus.publish(alertCleared(mailboxId, "STALLED", at));
    await ports.syncs.markStalled(mailboxId, false);
  }
  await ports.syncs.finish(mailboxId, token, { at, ok: failure === null, complete });
  return failure === null ? "ok" : "failed";
}

async function connectAndReceive(
  ports: InboundPorts,
  run: {
    connection: Connection;
    sync: Parameters<typeof receive>[1]["sync"];
    token: string;
    signal: AbortSignal;
    context: RunContext;
  },
): Promise<Received> {
  const { connection, signal, context } = run;
  const connector = await connectorFor(ports, connection);
  const session = await connector.open(await openConnection(ports, connection), signal);
  try {
    const { sync, token } = run;
    const remembers = connectorDescriptors[connection.server.protocol as Protocol]?.remembers ?? "position";
    const { correlation } = context;
    return await receive(ports, { connection, session, remembers, sync, token, signal, correlation });
  } finally {
    await session.close();
  }
}

/** The failure that a run's error means. What no connector named is our own fault, and logged with its stack. */
export function failureFor(error: unknown, logger: InboundPorts["logger"]): Failure {
  if (error instanceof FailureError) return error.failure;
  logger.error({ err: error }, "a run failed in an unexpected way");
  return failureOf("INTERNAL_ERROR", { reply: error instanceof Error ? error.message.slice(0, 500) : "unknown" });
}
