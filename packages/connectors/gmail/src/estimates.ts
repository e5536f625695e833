import { hash } from "node:crypto";

/** Gmail's estimates may be off by this much, or by a fiftieth. */
const closeBytes = 2048;

/** Messages that are far shorter than Gmail estimates: some of it may be missing. One per session. */
export interface Estimates {
  /** `again`: to be read a second time; what comes twice alike is whole, unless it is nothing. */
  look(id: string, estimate: number, raw: Uint8Array): "whole" | "again" | "nothing";
}

/** See `Estimates`. */
export function createEstimates(): Estimates {
  const first = new Map<string, string>();
  return {
    look(id, estimate, raw) {
      if (!isFarBelow(estimate, raw.byteLength)) return "whole";
      const digest = hash("sha256", raw, "base64");
      const same = first.get(id) === digest;
      first.set(id, digest);
      if (!same) return "again";
      return raw.byteLength === 0 ? "nothing" : "whole";
    },
  };
}

/** Whether so many bytes are too few to be what was estimated. */
export function isFarBelow(estimate: number, bytes: number): boolean {
  return bytes * 2 < estimate || estimate - bytes > Math.max(closeBytes, estimate / 50);
}
