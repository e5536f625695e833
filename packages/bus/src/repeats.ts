import { AsyncLocalStorage } from "node:async_hooks";

const answering = new AsyncLocalStorage<{ repeated: boolean }>();

/** Says that the request under way gets the answer that it got before. Outside of a request it says nothing. */
export function sayRepeated(): void {
  const request = answering.getStore();
  if (request) request.repeated = true;
}

/** Answers a request; `repeated` where it was said meanwhile. */
export async function answered(
  answer: () => Promise<unknown>,
): Promise<{ readonly result: unknown; readonly repeated?: true }> {
  const request = { repeated: false };
  const result = await answering.run(request, answer);
  return { result, ...(request.repeated ? { repeated: true } : {}) };
}
