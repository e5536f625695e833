import type { OutboundConnector } from "@mailfleet/connector-api";
import {
  type Hold,
  nothingHeld,
  type OpenedConnection,
  type RunWork,
  type StartedRun,
  type Worked,
} from "@mailfleet/worker";
import type { OutboundPorts } from "../ports.ts";
import { sendingOf } from "../send/sending.ts";

/** Longer than one message takes, however large it is and however slow its server. */
const deadlineMs = 900_000;
/** How many waiting sends are looked at until one can be tried. */
const candidates = 10;

/**
 * The machine asks whether the mailbox can send. `sync` while retrying: the oldest waiting send is the proof, or
 * signing in where none waits; the others follow when the machine says that it works. `sync` while running: what waits
 * is released. `probe`: signing in only.
 */
export function createFlush(ports: OutboundPorts): RunWork<OutboundConnector, Hold> {
  return {
    deadlineMs,
    // Attempts take a permit for each of their connections themselves, and signing in takes one.
    takesPermit: false,
    hold: async () => nothingHeld,
    work: (run, opened) => flush(ports, run, opened),
    ended: async ({ mailboxId }, { at, failure }) => ports.activity.ran(mailboxId, at, failure ? "failed" : "ok"),
  };
}

/** First those that have not failed before: a message that fails by itself says nothing about its mailbox. */
async function oldestWaiting(ports: OutboundPorts, mailboxId: string, failedBefore: readonly string[]) {
  const others = await ports.sends.waiting(mailboxId, candidates, failedBefore);
  return others.length > 0 ? others : ports.sends.waiting(mailboxId, candidates);
}

async function flush(
  ports: OutboundPorts,
  { connection, context, signal }: StartedRun,
  { connector, options }: OpenedConnection<OutboundConnector>,
): Promise<Worked> {
  const { mailboxId, state } = connection;
  const { attempts, drains, wakeUps } = sendingOf(ports);
  if (context.run.purpose === "sync") {
    if (attempts.sendable(connection)) {
      if ((await ports.sends.release(mailboxId)) > 0) {
        wakeUps.wake(mailboxId);
        return { untold: true };
      }
    } else if (state === "enabled.retrying") {
      for (const send of await oldestWaiting(ports, mailboxId, attempts.failedBefore(mailboxId))) {
        const change = await drains.tryOne(send, connection);
        if (change === null || change.state === "expired") continue;
        if (change.state === "accepted") return { untold: true };
        const concerns = change.state === "waiting" || change.state === "uncertain";
        return { failure: concerns ? (change.failure ?? null) : null };
      }
    }
  }
  const permit = await ports.worker.permit(connection);
  if (permit === null) return { noPermit: true };
  try {
    const until = AbortSignal.any([signal, permit.signal]);
    const { failure } = await connector.test(options, null, () => {}, until);
    return permit.signal.aborted ? { noPermit: true } : { failure };
  } finally {
    await permit.give();
  }
}
