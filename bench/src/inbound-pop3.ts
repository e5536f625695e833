import { mailServers, startDovecot, tempDir } from "@mailfleet/local/testing";
import { plainServer } from "./fleet.ts";
import { messageOf4K } from "./message-of-4k.ts";
import { mpopRate } from "./peers/mpop.ts";
import { receiveAll } from "./receive-all.ts";
import type { Figure } from "./report.ts";

const messages = 5000;
const address = "bench@example.test";
const password = "bench";
const target = 2500;

/** POP3 from Dovecot, stored durably and published; the peer fetches the same mailbox before. */
export async function inboundPop3(): Promise<Figure | string> {
  const { skip } = await mailServers();
  if (skip) return skip;
  const dovecot = await startDovecot({ users: { [address]: password } });
  const folder = await tempDir();
  try {
    const drop = (from = 0) => dovecot.drop(address, messages, (n) => messageOf4K(from + n, address));
    await drop();
    const port = dovecot.ports.pop3;
    const peerValue = await mpopRate(folder.path, { port, user: address, password }, messages);
    const measured = await receiveAll(
      {
        ...{ address, password, receives: true },
        profile: { inbound: { protocol: "pop3", ...plainServer(port) }, outbound: plainServer(25) },
      },
      { messages, again: () => drop(messages) },
    );
    return {
      bench: "inbound-pop3",
      unit: "messages/s",
      target,
      peer: "mpop",
      peerValue,
      peerMissing: "install mpop",
      ...measured,
    };
  } finally {
    await dovecot.stop();
    await folder.remove();
  }
}
