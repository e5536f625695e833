import { setImmediate as turn } from "node:timers/promises";

const SLICE = 16 * 1024;
/** How long others may have to wait, in ms. */
export const PATIENCE_MS = 10;

/** The pieces in slices; gives way to everybody else whenever the work on them has taken 10 ms. */
export async function* givingWay(pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let since = performance.now();
  for await (const piece of pieces)
    for (let at = 0; at < piece.length; at += SLICE) {
      if (performance.now() - since > PATIENCE_MS) {
        await turn();
        since = performance.now();
      }
      yield piece.subarray(at, at + SLICE);
    }
}
