import type { SmtpReply } from "./reply.ts";

/** What a server offers in its answer to EHLO (RFC 5321 §4.1.1.1). */
export interface Capabilities {
  readonly startTls: boolean;
  /** RFC 2920: several commands in one write. */
  readonly pipelining: boolean;
  readonly eightBit: boolean;
  readonly smtpUtf8: boolean;
  /** RFC 3461: a report about a message names it and its recipients as it was told. */
  readonly dsn: boolean;
  /** RFC 1870; `null`: not offered, 0: no limit is known. */
  readonly size: number | null;
  /** SASL mechanisms in upper case (RFC 4954). */
  readonly auth: readonly string[];
}

export const noCapabilities: Capabilities = {
  startTls: false,
  pipelining: false,
  eightBit: false,
  smtpUtf8: false,
  dsn: false,
  size: null,
  auth: [],
};

/** Reads an EHLO reply. `AUTH=LOGIN`, the form of very old servers, counts too. */
export function readCapabilities(reply: SmtpReply): Capabilities {
  const words = reply.lines.slice(1).map((line) => line.toUpperCase().split(/[\s=]+/));
  const has = (name: string) => words.some(([first]) => first === name);
  const size = words.find(([first]) => first === "SIZE");
  return {
    startTls: has("STARTTLS"),
    pipelining: has("PIPELINING"),
    eightBit: has("8BITMIME"),
    smtpUtf8: has("SMTPUTF8"),
    dsn: has("DSN"),
    size: size ? Number(size[1] ?? 0) || 0 : null,
    auth: words.filter(([first]) => first === "AUTH").flatMap(([, ...mechanisms]) => mechanisms),
  };
}
