import { setTimeout as pause } from "node:timers/promises";
import { startGmailWorld } from "./gmail-world.ts";
import { countRequests } from "./inbound-gmail.ts";
import { messageOf4K } from "./message-of-4k.ts";
import { plainGmailSendRate } from "./peers/plain-gmail.ts";
import type { Figure } from "./report.ts";
import { sendAll } from "./send-all.ts";

const messages = 3000;
const address = "bench@example.test";
const to = "customer@elsewhere.test";
const target = 1200;

/** Gmail's API against its double, which runs in this process; each send is accepted and attempted durably. */
export async function outboundGmail(): Promise<Figure> {
  const world = await startGmailWorld(address);
  const raws = Array.from({ length: messages }, (_, n) => messageOf4K(n, to));
  let taken = 0;
  world.gmail.onSend = () => {
    taken += 1;
  };
  const sink = {
    received: () => taken,
    reset: () => {
      taken = 0;
    },
    reached: async (count: number) => {
      while (taken < count) await pause(5);
    },
  };
  try {
    const peerValue = await plainGmailSendRate(world.gmail.url, await world.token(), raws);
    let asked = 0;
    const counted = countRequests(world, (count) => {
      asked = count;
    });
    const measured = await sendAll({ ...world.mailbox, sends: true }, raws, to, sink);
    counted();
    return {
      bench: "outbound-gmail",
      unit: "messages/s",
      target,
      peer: "plain calls, 10 at once, nothing stored",
      peerValue,
      ...measured,
      notes: [...(measured.notes ?? []), `${(asked / messages).toFixed(3)} requests a message`],
    };
  } finally {
    await world.stop();
  }
}
