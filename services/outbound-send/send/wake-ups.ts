import type { OutboundPorts } from "../ports.ts";
import type { Drains } from "./drains.ts";
import { sendsDue } from "./facts.ts";
import { reasonOf } from "./until-stored.ts";

/**
 * Says that something is due for a mailbox: to this process's own drain, if it looks anyway, else by a wake-up on the
 * bus. One at a time for each mailbox; what comes while one is on its way goes with another behind it, because the first
 * may have been heard, and acted on, already.
 */
export class WakeUps {
  readonly #ports: Pick<OutboundPorts, "bus" | "logger" | "now" | "owner">;
  readonly #drains: Drains;
  readonly #underWay = new Map<string, { again: boolean }>();
  #counter = 0;

  constructor(ports: Pick<OutboundPorts, "bus" | "logger" | "now" | "owner">, drains: Drains) {
    this.#ports = ports;
    this.#drains = drains;
  }

  /** Call it when what is due is stored. Never throws: the sweep wakes mailboxes that were not woken. */
  wake(mailboxId: string): void {
    if (this.#drains.kick(mailboxId)) return;
    const known = this.#underWay.get(mailboxId);
    if (known) known.again = true;
    else void this.#publish(mailboxId);
  }

  async #publish(mailboxId: string): Promise<void> {
    const wake = { again: true };
    this.#underWay.set(mailboxId, wake);
    try {
      while (wake.again) {
        wake.again = false;
        const id = `${mailboxId}:wake:${this.#ports.owner}:${++this.#counter}`;
        await this.#ports.bus.publish(sendsDue(mailboxId, id, this.#ports.now()));
      }
    } catch (error) {
      this.#ports.logger.warn({ mailbox: mailboxId, reason: reasonOf(error) }, "woken later, by the sweep");
    } finally {
      this.#underWay.delete(mailboxId);
    }
  }
}
