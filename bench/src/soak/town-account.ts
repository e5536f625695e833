import { type FakeMessage, inboxReply } from "@mailfleet/local/testing";

/** One account of the town, with its inbox. */
export interface TownAccount {
  /** What its server answers. */
  readonly reply: (tag: string, command: string) => string;
  /** A connection of it has been in IDLE. */
  watched: boolean;
  /** How many are now. */
  idling: number;
  /** When the last session without IDLE began; 0: never. */
  polledAt: number;
  /** When the last message came; 0: never. */
  deliveredAt: number;
  /** Told of each new message: the number that there are. */
  readonly listeners: Set<(exists: number) => void>;
  deliver(raw: string): void;
}

/** An account with an empty inbox. */
export function townAccount(): TownAccount {
  const messages: FakeMessage[] = [];
  const inbox = { messages, uidValidity: 7, uidNext: null, exists: null, mailboxId: null };
  const listeners = new Set<(exists: number) => void>();
  const account: TownAccount = {
    reply: inboxReply(inbox),
    ...{ watched: false, idling: 0, polledAt: 0, deliveredAt: 0 },
    listeners,
    deliver: (raw) => {
      messages.push({ uid: messages.length + 1, raw });
      account.deliveredAt = Date.now();
      for (const listener of listeners) listener(messages.length);
    },
  };
  return account;
}
