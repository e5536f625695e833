import type { RunRequested } from "@mailfleet/contracts";
import type { Connections } from "../connection/connections.ts";
import type { Sessions } from "../connection/sessions.ts";
import type { Ports } from "../ports.ts";
import type { Attempts } from "../send/attempts.ts";
import type { Drains } from "../send/drains.ts";
import { type OutboundRun, runEnded } from "../send/facts.ts";
import type { WakeUps } from "../send/wake-ups.ts";
import { test } from "./run-test.ts";

/**
 * The machine asks whether the mailbox can send. `sync` while retrying: the oldest waiting send is the proof, or
 * signing in where none waits; the others follow when the machine says that it works. `sync` while running: what waits
 * is released. `probe`: signing in only.
 */
export async function runSync(
  ports: Ports,
  sending: { connections: Connections; sessions: Sessions; attempts: Attempts; drains: Drains; wakeUps: WakeUps },
  body: RunRequested,
): Promise<void> {
  const { connections, sessions, attempts, drains, wakeUps } = sending;
  const { mailboxId, generation } = body;
  const connection = await connections.fresh(mailboxId);
  if (!connection?.allowed || connection.generation !== generation) return;
  const run: OutboundRun = { mailboxId, purpose: body.purpose, generation };

  if (body.purpose === "sync") {
    if (attempts.sendable(connection)) {
      const released = await ports.sends.release(mailboxId);
      if (released > 0) return wakeUps.wake(mailboxId);
    } else if (connection.state === "enabled.retrying") {
      for (const send of await ports.sends.waiting(mailboxId, 10)) {
        const change = await drains.tryOne(send, connection);
        if (change === null || change.state === "expired") continue;
        if (change.state === "accepted") return;
        const failure = change.state === "waiting" || change.state === "uncertain" ? (change.failure ?? null) : null;
        return report(failure);
      }
    }
  }
  const { failure } = await test(ports, sessions, connection, false);
  await report(failure);

  /** A run of a direction that runs and keeps running reports nothing: a healthy mailbox is quiet. */
  async function report(failure: Awaited<ReturnType<typeof test>>["failure"]): Promise<void> {
    const at = ports.now();
    await ports.activity.ran(mailboxId, at, failure ? "failed" : "ok");
    if (!failure && connection?.state === "enabled.running") return;
    await ports.bus.publish(runEnded(run, failure, undefined, at));
  }
}
