/** A request's body that can be given up. */
export interface StoppableBody {
  readonly stream: ReadableStream<Uint8Array>;
  /** Nothing more is asked of the source; it hears that it is over. Harmless twice, and after the end. */
  stop(): void;
}

/**
 * The HTTP client goes on reading a stream whose connection has broken, to its end, however long that takes: here it is
 * stopped from outside.
 */
export function stoppableBody(source: ReadableStream<Uint8Array>): StoppableBody {
  const reader = source.getReader();
  let stopped = false;
  const stop = () => {
    if (stopped) return;
    stopped = true;
    reader.cancel().catch(() => undefined);
  };
  const stream = new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        const { done, value } = await reader.read();
        if (!stopped && !done) return controller.enqueue(value);
        stopped = true;
        controller.close();
      },
      cancel: stop,
    },
    { highWaterMark: 0 },
  );
  return { stream, stop };
}
