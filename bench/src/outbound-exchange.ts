import { type ExchangeName, exchanges } from "./exchange-world.ts";
import { messageOf4K } from "./message-of-4k.ts";
import type { Figure } from "./report.ts";
import { sendAll } from "./send-all.ts";

const messages = 1000;
const byPeer = 200;
const address = "bench@example.test";
const to = "customer@elsewhere.test";
const targets: Readonly<Record<ExchangeName, number>> = { ews: 200, graph: 200 };

/** Exchange by EWS or Graph against its double, which runs in this process; each send is accepted and attempted durably. */
export async function outboundExchange(name: ExchangeName): Promise<Figure> {
  const world = await exchanges[name]([address]);
  const raws = Array.from({ length: messages }, (_, n) => messageFrom(address, n));
  try {
    const peerValue = await world.peerRate({ do: "send", messages: byPeer, to, text: "x".repeat(4000) });
    const before = world.requests();
    const measured = await sendAll({ ...world.mailbox, sends: true }, raws, to, world.sink);
    const ours = world.requests() - before;
    return {
      bench: `outbound-${name}`,
      unit: "messages/s",
      target: targets[name],
      peer: `${world.peer}, nothing stored`,
      peerValue,
      ...measured,
      notes: [...(measured.notes ?? []), `${(ours / messages).toFixed(3)} requests a message`],
    };
  } finally {
    await world.stop();
  }
}

/** Exchange sends as the mailbox only. */
const messageFrom = (from: string, n: number) =>
  Buffer.from(
    messageOf4K(n, to)
      .toString()
      .replace(/^From: .*$/m, `From: ${from}`),
  );
