import type { OutboundPorts } from "../ports.ts";
import { reasonOf } from "../send/until-stored.ts";

const FLUSH_MS = 2000;

/** Counts what was sent and saves it from time to time: figures for people are not worth a write per message. */
export class ActivityCounter {
  readonly #ports: Pick<OutboundPorts, "activity" | "logger">;
  readonly #counts = new Map<string, { messages: number; at: number }>();
  readonly #timer: NodeJS.Timeout;

  constructor(ports: Pick<OutboundPorts, "activity" | "logger">) {
    this.#ports = ports;
    this.#timer = setInterval(() => void this.flush(), FLUSH_MS).unref();
  }

  sent(mailboxId: string, at: number): void {
    const known = this.#counts.get(mailboxId);
    this.#counts.set(mailboxId, { messages: (known?.messages ?? 0) + 1, at });
  }

  async flush(): Promise<void> {
    const counts = [...this.#counts].map(([mailboxId, count]) => ({ mailboxId, ...count }));
    this.#counts.clear();
    try {
      await this.#ports.activity.sent(counts);
    } catch (error) {
      this.#ports.logger.warn({ reason: reasonOf(error) }, "figures of what was sent are lost");
    }
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.flush();
  }
}
