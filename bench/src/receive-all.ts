import { type Bus, connectBus } from "@mailfleet/bus";
import { subjects } from "@mailfleet/contracts";
import { type BenchMailbox, enable, type Fleet, startFleet } from "./fleet.ts";
import { cpuOf, inWords } from "./process-time.ts";
import { type Figure, justStarted } from "./report.ts";
import { silent } from "./silent.ts";

/** What there is to receive. */
export interface Mail {
  /** How many messages each round brings. */
  readonly messages: number;
  /** Puts as many messages in the mailbox once more. */
  again(): unknown;
}

/**
 * From the mailbox being enabled to the last `mail.received` on the bus, with all of Mailfleet as separate processes:
 * messages a second, and the CPU of all processes. The figures are those of processes that have received as many
 * messages before; what these took, while the code was being compiled, is a note.
 */
export async function receiveAll(
  mailbox: BenchMailbox,
  { messages, again }: Mail,
): Promise<Pick<Figure, "value" | "cpuMsPerMessage" | "notes">> {
  const fleet = await startFleet(mailbox);
  const bus = await connectBus({ url: fleet.stack.natsUrl, name: "bench", logger: silent, isOutage: () => false });
  try {
    const received = receivedOf(fleet, bus);
    const started = await receiveRound(fleet, received, messages);
    await fleet.api.post(`/mailboxes/${fleet.mailbox.id}/disable`, {});
    await again();
    const warm = await receiveRound(fleet, received, messages);
    return {
      value: messages / warm.seconds,
      cpuMsPerMessage: warm.cpuMsPerMessage,
      notes: [
        `${messages} messages in ${warm.seconds.toFixed(2)} s; the CPU includes test & enable`,
        `by service: ${warm.byService}`,
        justStarted(messages / started.seconds, started.cpuMsPerMessage),
      ],
    };
  } finally {
    await bus.stop();
    await fleet.stop();
  }
}

/** Follows what the mailbox receives. */
function receivedOf(fleet: Fleet, bus: Bus) {
  const seen = new Set<string>();
  let enabledAt = 0;
  let waiting: { readonly count: number; readonly resolve: (at: number) => void } | null = null;
  void bus.follow({ filters: [subjects.mailFact(fleet.mailbox.id, "received")] }, (message) => {
    if (message.type !== "mail.received.v1") return;
    seen.add(message.body.messageKey);
    if (waiting && seen.size === waiting.count) waiting.resolve(performance.now());
  });
  void bus.follow({ filters: [subjects.mailboxFact(fleet.mailbox.id, "transitioned")] }, (message) => {
    if (message.type === "mailbox.transitioned.v1" && message.body.lifecycle.to === "enabled.running")
      enabledAt ||= performance.now();
  });
  return {
    /** The seconds from the mailbox being enabled, from now on, until so many more are received. */
    more: async (messages: number) => {
      enabledAt = 0;
      const doneAt = await new Promise<number>((resolve) => {
        waiting = { count: seen.size + messages, resolve };
      });
      return (doneAt - enabledAt) / 1000;
    },
  };
}

async function receiveRound(fleet: Fleet, received: ReturnType<typeof receivedOf>, messages: number) {
  const cpu = cpuOf(
    fleet.stack.services.map(({ name, pid }) => [name, pid] as const),
    messages,
  );
  const all = received.more(messages);
  await enable(fleet);
  const seconds = await all;
  const used = cpu();
  return { seconds, cpuMsPerMessage: used.reduce((sum, [, ms]) => sum + ms, 0), byService: inWords(used) };
}
