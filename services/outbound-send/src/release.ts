import { firstDue, sendDue } from "./messages.ts";
import type { Ports } from "./ports.ts";

const PAGE = 200;

/**
 * Makes all that waits for a mailbox due, oldest first. `key` names the occasion: the same occasion twice releases once.
 */
export async function releaseWaiting(ports: Ports, mailboxId: string, key: string): Promise<number> {
  let released = 0;
  let after: { acceptedAt: number; id: string } | undefined;
  for (;;) {
    const page = await ports.sends.waiting(mailboxId, PAGE, after);
    if (page.length === 0) return released;
    await ports.bus.publishAll(page.map((send) => sendDue(send, `${firstDue(send)}:${key}`, ports.now())));
    released += page.length;
    after = page.at(-1);
  }
}
