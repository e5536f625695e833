import type { OutboundPorts } from "../ports.ts";

/** Counts what was sent until a tick saves it: figures for people are not worth a write per message. */
export class ActivityCounter {
  readonly #activity: OutboundPorts["activity"];
  #counts = new Map<string, { messages: number; at: number }>();

  constructor({ activity }: Pick<OutboundPorts, "activity">) {
    this.#activity = activity;
  }

  sent(mailboxId: string, at: number): void {
    const known = this.#counts.get(mailboxId);
    this.#counts.set(mailboxId, { messages: (known?.messages ?? 0) + 1, at });
  }

  /** Saves what was counted since the last time. Throws outages: the figures of that time are lost then. */
  async save(): Promise<void> {
    const counts = [...this.#counts].map(([mailboxId, count]) => ({ mailboxId, ...count }));
    this.#counts = new Map();
    await this.#activity.sent(counts);
  }
}
