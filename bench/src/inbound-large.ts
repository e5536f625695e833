import { connectBus } from "@mailfleet/bus";
import { subjects } from "@mailfleet/contracts";
import { eventually, mailServers, startDovecot } from "@mailfleet/local/testing";
import { enable, plainServer, startFleet } from "./fleet.ts";
import { growth } from "./memory.ts";
import type { Figure } from "./report.ts";
import { silent } from "./silent.ts";

const megabyte = 1024 * 1024;
const address = "bench@example.test";
const password = "bench";
const targetMb = 16;

const message = (size: number) => (n: number) =>
  `Message-ID: <${n}.${size}@example.test>\r\nSubject: large\r\n\r\n${`${"y".repeat(70)}\r\n`.repeat(size / 72)}`;

/** 25 MB over IMAP from Dovecot to `mail.received`: how much the memory of inbound-sync grows. */
export async function inboundLarge(): Promise<Figure | string> {
  const { skip } = await mailServers();
  if (skip) return skip;
  const dovecot = await startDovecot({ users: { [address]: password } });
  await dovecot.drop(address, 8, message(2 * megabyte));
  const profile = {
    inbound: { protocol: "imap", ...plainServer(dovecot.ports.imap) },
    outbound: plainServer(25),
  };
  const fleet = await startFleet({ address, password, receives: true, profile });
  const { stack, mailbox, api } = fleet;
  const bus = await connectBus({ url: stack.natsUrl, name: "bench", logger: silent, isOutage: () => false });
  const seen = new Set<string>();
  const received = (count: number) => eventually(() => seen.size === count, { timeoutMs: 60_000, everyMs: 10 });
  try {
    void bus.follow({ filters: [subjects.mailFact(mailbox.id, "received")] }, (fact) => {
      if (fact.type === "mail.received.v1") seen.add(fact.body.messageKey);
    });
    await enable(fleet);
    await received(8);
    await api.post(`/mailboxes/${mailbox.id}/disable`, {});
    await dovecot.drop(address, 1, message(25 * megabyte));
    const grown = await growth(stack, ["inbound-sync"], async () => {
      await enable(fleet);
      await received(9);
    });
    return { bench: "inbound-large", target: targetMb, ...grown };
  } finally {
    await bus.stop();
    await fleet.stop();
    await dovecot.stop();
  }
}
