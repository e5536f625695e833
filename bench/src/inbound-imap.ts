import { mailServers, startDovecot, tempDir } from "@mailfleet/local/testing";
import { plainServer } from "./fleet.ts";
import { messageOf4K } from "./message-of-4k.ts";
import { mbsyncRate } from "./peers/mbsync.ts";
import { receiveAll } from "./receive-all.ts";
import type { Figure } from "./report.ts";

const messages = 5000;
const address = "bench@example.test";
const password = "bench";
const target = 2500;

/** IMAP from Dovecot, stored durably and published; the peer fetches the same mailbox before. */
export async function inboundImap(): Promise<Figure | string> {
  const { skip } = await mailServers();
  if (skip) return skip;
  const dovecot = await startDovecot({ users: { [address]: password } });
  const folder = await tempDir();
  try {
    const drop = (from = 0) => dovecot.drop(address, messages, (n) => messageOf4K(from + n, address));
    await drop();
    const port = dovecot.ports.imap;
    const peerValue = await mbsyncRate(folder.path, { port, user: address, password }, messages);
    const measured = await receiveAll(
      {
        ...{ address, password, receives: true },
        profile: { inbound: { protocol: "imap", ...plainServer(port) }, outbound: plainServer(25) },
      },
      { messages, again: () => drop(messages) },
    );
    return {
      bench: "inbound-imap",
      unit: "messages/s",
      target,
      peer: "mbsync",
      peerValue,
      peerMissing: "install isync",
      ...measured,
    };
  } finally {
    await dovecot.stop();
    await folder.remove();
  }
}
