import { FailureError } from "@mailfleet/contracts";

/** What happens to a body that is read. */
export interface BodyRules {
  readonly maximumBytes: number;
  /** What is thrown when it is longer. */
  readonly tooLarge: () => FailureError;
  /** Turns what breaks the reading into what is thrown. */
  readonly failure: (thrown: unknown) => unknown;
  /** Called once, however it ends. */
  readonly done: () => void;
}

/** The same bytes, as many as are allowed, read only as fast as they are asked for. */
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
      // Hangs up: what is still to come is not wanted.
      await reader.cancel().catch(() => undefined);
    }
  };
  const cancel = async (reason: unknown): Promise<void> => {
    rules.done();
    await reader.cancel(reason).catch(() => undefined);
  };
  return new ReadableStream({ pull, cancel }, { highWaterMark: 0 });
}
