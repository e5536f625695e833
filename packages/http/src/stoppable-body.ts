/** A request body that can be abandoned. */
export interface StoppableBody {
  readonly stream: ReadableStream<Uint8Array>;
  /** Stops reading the source and tells it so. May be called twice, and after the end. */
  stop(): void;
}

/**
 * The HTTP client reads a stream to its end even if the connection has broken, however long that takes. This stops it
 * from outside.
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
