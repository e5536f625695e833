import { randomBytes, randomInt } from "node:crypto";
import { headerValue, messageIdsOf } from "./message-text.ts";

/** A message in a mailbox. */
export interface StoredMessage {
  readonly id: string;
  readonly threadId: string;
  readonly raw: Buffer;
  readonly labelIds: readonly string[];
  /** When it arrived, ms since 1970. */
  readonly internalDate: number;
  readonly historyId: number;
  /** Place in the order of arrival: page tokens hold it, so that pages do not move when mail arrives. */
  readonly sequence: number;
  /** The answer to `format=raw`, made once. */
  rawAnswer?: Buffer;
}

/** A mailbox of Gmail's. */
export interface GmailMailbox {
  readonly address: string;
  readonly messages: ReadonlyMap<string, StoredMessage>;
  /** In the order of arrival. */
  readonly inOrder: readonly StoredMessage[];
  readonly historyId: number;
  /** Times at which it sent, ms since 1970. */
  readonly sentAt: number[];
  add(raw: Buffer, labelIds: readonly string[], threadId?: string): StoredMessage;
  /** Whether changes since this id can be listed: we gave it out, and it is not too old. */
  knowsHistory(id: number): boolean;
  /** All ids given out until now are too old. */
  expireHistory(): void;
  hasThread(threadId: string): boolean;
}

export function gmailMailbox(address: string): GmailMailbox {
  const messages = new Map<string, StoredMessage>();
  const inOrder: StoredMessage[] = [];
  const threads = new Set<string>();
  const threadByMessageId = new Map<string, string>();
  let historyId = 1_000 + randomInt(1_000_000);
  const given = new Set([historyId]);
  // Ids grow with gaps: who counts them or adds one is wrong.
  const nextHistoryId = (): number => {
    historyId += 1 + randomInt(40);
    given.add(historyId);
    return historyId;
  };
  return {
    address,
    messages,
    inOrder,
    get historyId() {
      return historyId;
    },
    sentAt: [],
    add: (raw, labelIds, wantedThread) => {
      const id = randomBytes(8).toString("hex");
      const known = messageIdsOf(`${headerValue(raw, "In-Reply-To") ?? ""} ${headerValue(raw, "References") ?? ""}`)
        .map((messageId) => threadByMessageId.get(messageId))
        .find((thread) => thread !== undefined);
      const threadId = wantedThread ?? known ?? id;
      const message: StoredMessage = {
        ...{ id, threadId, raw, labelIds, internalDate: Date.now(), sequence: inOrder.length },
        historyId: nextHistoryId(),
      };
      messages.set(id, message);
      inOrder.push(message);
      threads.add(threadId);
      for (const own of messageIdsOf(headerValue(raw, "Message-ID") ?? "")) threadByMessageId.set(own, threadId);
      return message;
    },
    knowsHistory: (id) => given.has(id),
    expireHistory: () => {
      given.clear();
      nextHistoryId();
    },
    hasThread: (threadId) => threads.has(threadId),
  };
}
