import { startGmailWorld } from "./gmail-world.ts";
import { messageOf4K } from "./message-of-4k.ts";
import { plainGmailReadRate } from "./peers/plain-gmail.ts";
import { receiveAll } from "./receive-all.ts";
import type { Figure } from "./report.ts";

const messages = 5000;
const address = "bench@example.test";
const target = 2500;

/** Gmail's API against its double, which runs in this process; stored durably and published. */
export async function inboundGmail(): Promise<Figure> {
  const world = await startGmailWorld(address);
  try {
    const deliver = (from = 0) => {
      for (let n = from; n < from + messages; n++) world.gmail.deliver(address, messageOf4K(n, address));
    };
    deliver();
    const peerValue = await plainGmailReadRate(world.gmail.url, await world.token(), messages);
    let asked = 0;
    const counted = countRequests(world, (count) => {
      asked = count;
    });
    const measured = await receiveAll(
      { ...world.mailbox, receives: true },
      { messages, again: () => deliver(messages) },
    );
    counted();
    return {
      bench: "inbound-gmail",
      unit: "messages/s",
      target,
      peer: "plain calls, 10 at once",
      peerValue,
      ...measured,
      notes: [...(measured.notes ?? []), `${(asked / messages / 2).toFixed(3)} requests a message`],
    };
  } finally {
    await world.stop();
  }
}

/** Counts what the double is asked from now on; call the answer to read the figure. */
export function countRequests(
  { gmail }: Pick<Awaited<ReturnType<typeof startGmailWorld>>, "gmail">,
  tell: (count: number) => void,
): () => void {
  const before = gmail.requestCount;
  return () => tell(gmail.requestCount - before);
}
