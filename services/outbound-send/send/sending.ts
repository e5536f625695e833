import { ActivityCounter } from "../activity/counter.ts";
import type { OutboundPorts } from "../ports.ts";
import { Attempts } from "./attempts.ts";
import { Drains } from "./drains.ts";
import { HandOver } from "./hand-over.ts";
import { Journals } from "./journal.ts";
import { Lines } from "./lines.ts";
import { WakeUps } from "./wake-ups.ts";

/** What hands sends over in this process. */
export interface Sending {
  readonly activity: ActivityCounter;
  readonly attempts: Attempts;
  readonly drains: Drains;
  readonly wakeUps: WakeUps;
  /** Ends attempts at a message boundary, writes down and tells what is known. */
  stop(): Promise<void>;
}

const known = new WeakMap<object, Sending>();

/** The one for these ports: a process has one drain per mailbox and one journal. */
export function sendingOf(ports: OutboundPorts): Sending {
  const sending = known.get(ports) ?? createSending(ports);
  known.set(ports, sending);
  return sending;
}

function createSending(given: OutboundPorts): Sending {
  const stopping = new AbortController();
  const ports: OutboundPorts = { ...given, signal: AbortSignal.any([given.signal, stopping.signal]) };
  const journals = new Journals(ports);
  const lines = new Lines(ports.worker, ports.now);
  const activity = new ActivityCounter(ports);
  const handOver = new HandOver(ports);
  const attempts = new Attempts(ports, handOver, activity);
  const drains = new Drains(ports, lines, attempts, journals, (mailboxId) => wakeUps.wake(mailboxId));
  const wakeUps = new WakeUps(ports, drains);
  return {
    activity,
    attempts,
    drains,
    wakeUps,
    stop: async () => {
      stopping.abort(new Error("the service stops"));
      await Promise.all([lines.close(), drains.stop()]);
      await handOver.settle();
      const counts = [activity.save(), ports.throughput.counter.save()].map((saved) => saved.catch(() => {}));
      await Promise.all([journals.close(), ...counts]);
    },
  };
}
