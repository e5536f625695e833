import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** Bytes that may pass before their memory is asked back. */
const ROUND_BYTES = 4 * 1024 * 1024;

/**
 * Counts the bytes of large bodies that pass through a process in pieces, so that its memory does not grow with them.
 * Pieces lie outside the heap, where the collector lets 64 MB of dead ones pile up before it looks. After each few MB
 * it is asked to collect what is young, which takes a fraction of a millisecond.
 */
export const bytesPassed: (bytes: number) => void = countBytes(collectYoung);

/** Calls `collect` once in a few MB. */
export function countBytes(collect: () => void): (bytes: number) => void {
  let passed = 0;
  return (bytes) => {
    passed += bytes;
    if (passed < ROUND_BYTES) return;
    passed = 0;
    collect();
  };
}

let collector: ((options: { type: "minor" }) => void) | undefined;

function collectYoung(): void {
  if (!collector) {
    setFlagsFromString("--expose-gc");
    collector = runInNewContext("gc") as (options: { type: "minor" }) => void;
  }
  collector({ type: "minor" });
}
