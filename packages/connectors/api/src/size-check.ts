import { hash } from "node:crypto";

/** What a message of this many bytes is, where its server announced another number. */
export type SizeVerdict =
  | "whole"
  /** Not what was announced: to be read a second time. */
  | "again"
  /** Shorter than announced, and not by the server's way of counting. */
  | "cut";

/** What was read of a message. */
export interface ReadBytes {
  readonly bytes: number;
  /** In base64. Asked for only where the number of bytes is not what was announced. */
  sha256(): string;
}

/** Compares messages with the sizes that their server announced; one per session. */
export interface SizeCheck {
  /** `announced` is `null` where the server says nothing. */
  look(name: string, announced: number | null, read: ReadBytes): SizeVerdict;
}

/** The largest message that is taken in, in bytes. */
export const LARGEST_MESSAGE = 128 * 1024 * 1024;

/** Servers that count line ends or headers in their own way are off by this much, or by a fiftieth. */
const closeBytes = 2048;

/**
 * A server's sizes count as right where most of its messages in this session had them. Where they are right, a message
 * that is shorter is cut. Where they are wrong, what comes twice alike is whole. Where nothing is known yet, what comes
 * twice alike is whole if it is close. Nothing at all is never whole, unless nothing was announced.
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
    look(name, announced, { bytes, sha256 }) {
      if (bytes === announced) right += 1;
      if (bytes === announced || (announced === null && bytes > 0)) return "whole";
      const digest = sha256();
      const same = first.get(name) === digest;
      first.set(name, digest);
      if (!same) return "again";
      const whole = isWhole(announced ?? 1, bytes);
      if (whole) wrong += 1;
      return whole ? "whole" : "cut";
    },
  };
}

/** A message that is held whole. */
export function heldBytes(raw: Uint8Array): ReadBytes {
  return { bytes: raw.byteLength, sha256: () => hash("sha256", raw, "base64") };
}
