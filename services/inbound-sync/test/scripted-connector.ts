import type { Batch, Cursor, FetchedMessage, InboundConnector, InboundSession } from "@mailfleet/connector-api";

/** A batch that gives all that it lists. */
export function batchOf(messages: readonly FetchedMessage[], cursor: Cursor, more: Partial<Batch> = {}): Batch {
  return { listed: messages.length, messages, gone: 0, refused: [], passedOver: {}, cursor, ...more };
}

/** A session that gives what a test says, always from the same source. */
export function scriptedSession(own: Partial<InboundSession> & Pick<InboundSession, "listNew">): InboundSession {
  return { source: { account: "user", host: "scripted:1" }, close: async () => {}, ...own };
}

/** A connector that gives what a test says, without a server. */
export function scriptedConnector(
  own: Partial<InboundConnector> & { batches?: () => AsyncIterable<{ nativeId: string; raw: Uint8Array }[]> },
): InboundConnector {
  return {
    test: async () => ({ steps: [], failure: null }),
    open: async () =>
      scriptedSession({
        async *listNew() {
          for await (const messages of own.batches?.() ?? [])
            yield batchOf(
              messages.map(({ nativeId, raw }) => ({ nativeId, raw, size: raw.length, receivedAt: Date.now() })),
              { at: messages.at(-1)?.nativeId ?? "" },
            );
        },
      }),
    ...own,
  };
}
