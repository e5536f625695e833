import { type ExchangeName, exchanges } from "./exchange-world.ts";
import { messageOf4K } from "./message-of-4k.ts";
import { receiveAll } from "./receive-all.ts";
import type { Figure } from "./report.ts";

const messages = 2000;
/** Python is slow, and a rate needs no more. */
const byPeer = 500;
const address = "bench@example.test";
const targets: Readonly<Record<ExchangeName, number>> = { ews: 800, graph: 800 };

/** Exchange by EWS or Graph against its double, which runs in this process; stored durably and published. */
export async function inboundExchange(name: ExchangeName): Promise<Figure> {
  const world = await exchanges[name]([address]);
  try {
    const deliver = (from = 0) => {
      for (let n = from; n < from + messages; n++) world.deliver(address, messageOf4K(n, address));
    };
    deliver();
    const peerValue = await world.peerRate({ do: "receive", messages: byPeer });
    const peerAsked = world.requests() / byPeer;
    const before = world.requests();
    const measured = await receiveAll(
      { ...world.mailbox, receives: true },
      { messages, again: () => deliver(messages) },
    );
    const asked = (world.requests() - before) / messages / 2;
    return {
      bench: `inbound-${name}`,
      unit: "messages/s",
      target: targets[name],
      peer: `${world.peer}, nothing stored`,
      peerValue,
      ...measured,
      notes: [...(measured.notes ?? []), `${asked.toFixed(3)} requests a message, the peer ${peerAsked.toFixed(3)}`],
    };
  } finally {
    await world.stop();
  }
}
