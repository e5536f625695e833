const CR = 13;
const LF = 10;
const DOT = 46;

/**
 * A message as it goes over the wire between DATA and the final dot, that dot included: a dot that begins a line is
 * doubled (RFC 5321 §4.5.2), and line ends that stand alone become CRLF, because a lone CR or LF may not be sent (§2.3.8)
 * and is how messages are smuggled. A message that needs neither is passed on byte for byte, without a copy.
 */
export function wireData(raw: Uint8Array): Buffer[] {
  const bytes = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength);
  const parts: Buffer[] = [];
  let from = 0;
  const insert = (upTo: number, what: string, skip = 0) => {
    if (upTo > from) parts.push(bytes.subarray(from, upTo));
    parts.push(Buffer.from(what, "latin1"));
    from = upTo + skip;
  };
  if (bytes[0] === DOT) insert(0, ".");
  for (let lf = bytes.indexOf(LF); lf >= 0; lf = bytes.indexOf(LF, lf + 1)) {
    if (lf === 0 || bytes[lf - 1] !== CR) insert(lf, "\r\n", 1);
    if (bytes[lf + 1] === DOT) insert(lf + 1, ".");
  }
  if (from < bytes.length) parts.push(bytes.subarray(from));
  const whole = loneCarriageReturns(bytes) ? [mendCarriageReturns(Buffer.concat(parts))] : parts;
  const endsWithLine = bytes.length === 0 || bytes[bytes.length - 1] === LF || bytes[bytes.length - 1] === CR;
  return [...whole, Buffer.from(endsWithLine ? ".\r\n" : "\r\n.\r\n", "latin1")];
}

function loneCarriageReturns(bytes: Buffer): boolean {
  for (let cr = bytes.indexOf(CR); cr >= 0; cr = bytes.indexOf(CR, cr + 1)) if (bytes[cr + 1] !== LF) return true;
  return false;
}

/** Rare and not fast: a line that now begins with a dot gets its second one. */
function mendCarriageReturns(bytes: Buffer): Buffer {
  return Buffer.from(
    bytes.toString("latin1").replace(/\r(?!\n)(\.?)/g, (_, dot) => (dot ? "\r\n.." : "\r\n")),
    "latin1",
  );
}

/** True if the message has bytes above 127, which need 8BITMIME (RFC 6152). */
export function hasEightBit(raw: Uint8Array): boolean {
  for (let index = 0; index < raw.length; index++) if ((raw[index] as number) > 127) return true;
  return false;
}
