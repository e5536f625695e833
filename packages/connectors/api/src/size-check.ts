import { createHash } from "node:crypto";

/** What a message of this many bytes is, where its server announced another number. */
export type SizeVerdict =
  | "whole"
  /** Not what was announced: to be read a second time. */
  | "again"
  /** Shorter than announced, and not by the server's way of counting. */
  | "cut";

/** Compares messages with the sizes that their server announced; one per session. */
export interface SizeCheck {
  /** A message in memory. `announced` is `null` where the server says nothing. */
  look(name: string, announced: number | null, raw: Uint8Array): SizeVerdict;
  /** A message that cannot be read a second time now, because it was passed on while it came. */
  lookAtStream(announced: number | null, bytes: number): Exclude<SizeVerdict, "again">;
}

/** Servers that count line ends or headers in their own way are off by this much, or by a fiftieth. */
const closeBytes = 2048;

/**
 * A server's sizes count as right where most of its messages in this session had them. Where they are right, a message
 * that is shorter is cut. Where they are wrong, what comes twice alike is whole. Where nothing is known yet, it is whole
 * if it is close. Nothing at all is never whole, unless nothing was announced.
 */
export function createSizeCheck(): SizeCheck {
  let right = 0;
  let wrong = 0;
  const first = new Map<string, string>();

  function isWhole(announced: number, bytes: number): boolean {
    if (bytes >= announced) return true;
    if (bytes === 0 || right > wrong) return false;
    const close = bytes * 2 >= announced && announced - bytes <= Math.max(closeBytes, announced / 50);
    return wrong > right || close;
  }

  return {
    look(name, announced, raw) {
      const bytes = raw.byteLength;
      if (bytes === announced) right += 1;
      if (bytes === announced || (announced === null && bytes > 0)) return "whole";
      const sha256 = createHash("sha256").update(raw).digest("base64");
      const same = first.get(name) === sha256;
      first.set(name, sha256);
      if (!same) return "again";
      const whole = isWhole(announced ?? 1, bytes);
      if (whole) wrong += 1;
      return whole ? "whole" : "cut";
    },
    lookAtStream(announced, bytes) {
      if (bytes === announced) right += 1;
      return bytes === announced || isWhole(announced ?? 1, bytes) ? "whole" : "cut";
    },
  };
}
