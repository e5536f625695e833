import { connectBus } from "@mailfleet/bus";
import { subjects } from "@mailfleet/contracts";
import { mailServers, startDovecot, tempDir } from "@mailfleet/local/testing";
import { enable, startFleet } from "./fleet.ts";
import { messageOf4K } from "./message-of-4k.ts";
import { mbsyncRate } from "./peers/mbsync.ts";
import { processTimeMs } from "./process-time.ts";
import type { Figure } from "./report.ts";
import { silent } from "./silent.ts";

const messages = 5000;
const address = "bench@example.test";
const password = "bench";
const target = 2500;

/** From the mailbox being enabled to the last `mail.received` on the bus; the peer fetches the same mailbox before. */
export async function inboundImap(): Promise<Figure | string> {
  const { skip } = await mailServers();
  if (skip) return skip;
  const dovecot = await startDovecot({ users: { [address]: password } });
  const folder = await tempDir();
  try {
    await dovecot.drop(address, messages, (n) => messageOf4K(n, address));
    const peerValue = await mbsyncRate(folder.path, { port: dovecot.ports.imap, user: address, password }, messages);
    const measured = await receiveAll(dovecot.ports.imap);
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

async function receiveAll(imapPort: number): Promise<Pick<Figure, "value" | "cpuMsPerMessage" | "notes">> {
  const fleet = await startFleet({ imapPort, address, password });
  const bus = await connectBus({ url: fleet.stack.natsUrl, name: "bench", logger: silent });
  try {
    const pids = fleet.stack.services.map(({ pid }) => pid);
    const seen = new Set<string>();
    let enabledAt = 0;
    const all = new Promise<number>((resolve) => {
      void bus.follow({ filters: [subjects.mailFact(fleet.mailbox.id, "received")] }, (message) => {
        if (message.type !== "mail.received.v1") return;
        seen.add(message.body.messageKey);
        if (seen.size === messages) resolve(performance.now());
      });
      void bus.follow({ filters: [subjects.mailboxFact(fleet.mailbox.id, "transitioned")] }, (message) => {
        if (message.type === "mailbox.transitioned.v1" && message.body.lifecycle.to === "enabled.running")
          enabledAt ||= performance.now();
      });
    });
    const cpuBefore = processTimeMs(pids);
    await enable(fleet);
    const doneAt = await all;
    const cpuMs = processTimeMs(pids) - cpuBefore;
    const seconds = (doneAt - enabledAt) / 1000;
    return {
      value: messages / seconds,
      cpuMsPerMessage: cpuMs / messages,
      notes: [`${messages} messages in ${seconds.toFixed(2)} s; the CPU includes test & enable`],
    };
  } finally {
    await bus.stop();
    await fleet.stop();
  }
}
