import type { InboundConnector } from "@mailfleet/connector-api";

/** A connector that gives what a test says, without a server. */
export function scriptedConnector(
  own: Partial<InboundConnector> & { batches?: () => AsyncIterable<{ nativeId: string; raw: Uint8Array }[]> },
): InboundConnector {
  return {
    test: async () => ({ steps: [], failure: null }),
    open: async () => ({
      invalidates: () => false,
      async *listNew() {
        for await (const messages of own.batches?.() ?? [])
          yield {
            messages: messages.map(({ nativeId, raw }) => ({
              nativeId,
              raw,
              size: raw.length,
              receivedAt: Date.now(),
            })),
            cursor: { at: messages.at(-1)?.nativeId ?? "" },
          };
      },
      close: async () => {},
    }),
    ...own,
  };
}
