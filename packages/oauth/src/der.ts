/** What cannot be read, in words that hold nothing of it. */
export class Unreadable extends Error {
  override name = "Unreadable";
}

/** A value in DER (X.690 §10): of definite length, with low tag numbers. All methods throw `Unreadable`. */
export interface Der {
  /** With tag and length. */
  readonly whole: Uint8Array;
  readonly isSequence: boolean;
  readonly isObjectIdentifier: boolean;
  /** The values inside; refuses more than `most`. */
  children(most?: number): Der[];
  /** The content of a primitive value. */
  bytes(): Uint8Array;
  /** A small whole number. */
  integer(): number;
}

/** Reads the value at the beginning of `bytes`. */
export function derOf(bytes: Uint8Array): Der {
  return valueAt(bytes, 0).value;
}

/** The object identifier in dots (X.690 §8.19). */
export function oidOf(value: Der): string {
  if (!value.isObjectIdentifier) throw cutOff();
  const numbers: number[] = [];
  let number = 0;
  for (const byte of value.bytes().subarray(0, 30)) {
    number = number * 128 + (byte & 0x7f);
    if (byte & 0x80) continue;
    numbers.push(number);
    number = 0;
  }
  const [first = 0, ...rest] = numbers;
  const top = Math.min(2, Math.floor(first / 40));
  return [top, first - top * 40, ...rest].join(".");
}

function valueAt(bytes: Uint8Array, at: number): { value: Der; end: number } {
  const tag = bytes[at];
  const short = bytes[at + 1];
  if (tag === undefined || short === undefined || (tag & 0x1f) === 0x1f) throw cutOff();
  const lengthBytes = short & 0x80 ? short & 0x7f : 0;
  if (short === 0x80 || lengthBytes > 4) throw new Unreadable("it is not written in DER");
  const start = at + 2 + lengthBytes;
  const length = lengthBytes ? numberIn(bytes.subarray(at + 2, start)) : short;
  const end = start + length;
  if (end > bytes.length) throw cutOff();
  const content = bytes.subarray(start, end);
  const value: Der = {
    whole: bytes.subarray(at, end),
    isSequence: tag === 0x30,
    isObjectIdentifier: tag === 0x06,
    children: (most = 20) => {
      if (!(tag & 0x20)) throw cutOff();
      const found: Der[] = [];
      for (let next = 0; next < content.length; ) {
        if (found.length === most) throw new Unreadable(`it has more than ${most} values in one place`);
        const inner = valueAt(content, next);
        found.push(inner.value);
        next = inner.end;
      }
      return found;
    },
    bytes: () => {
      if (tag & 0x20) throw new Unreadable("it is not written in DER");
      return content;
    },
    integer: () => {
      if (tag !== 0x02 || content.length > 5) throw cutOff();
      return numberIn(content);
    },
  };
  return { value, end };
}

const numberIn = (bytes: Uint8Array) => bytes.reduce((number, byte) => number * 256 + byte, 0);
const cutOff = () => new Unreadable("it was cut off or changed");
