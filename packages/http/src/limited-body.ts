import { FailureError } from "@mailfleet/contracts";

/** How a body is read. */
export interface BodyRules {
  readonly maximumBytes: number;
  /** Makes the error for a longer body. */
  readonly tooLarge: () => FailureError;
  /** Turns an error while reading into the error to throw. */
  readonly failure: (thrown: unknown) => unknown;
  /** Called once, whatever the outcome. */
  readonly done: () => void;
}

/** The same bytes, up to the limit, read only as fast as they are consumed. */
export function limitedBody(body: ReadableStream<Uint8Array>, rules: BodyRules): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  let seen = 0;
  const pull = async (controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> => {
    try {
      const { done, value } = await reader.read();
      if (done) {
        rules.done();
        return controller.close();
      }
      seen += value.byteLength;
      if (seen > rules.maximumBytes) throw rules.tooLarge();
      controller.enqueue(value);
    } catch (thrown) {
      rules.done();
      controller.error(thrown instanceof FailureError ? thrown : rules.failure(thrown));
      // Hangs up: the rest is not wanted.
      await reader.cancel().catch(() => undefined);
    }
  };
  const cancel = async (reason: unknown): Promise<void> => {
    rules.done();
    await reader.cancel(reason).catch(() => undefined);
  };
  return new ReadableStream({ pull, cancel }, { highWaterMark: 0 });
}
