/** What a server offers (RFC 2449). `null`: the server does not say. */
export interface Capabilities {
  /** False: the server has no CAPA, so nothing is known. */
  readonly told: boolean;
  readonly stls: boolean;
  /** USER and PASS (RFC 2449 §6.3). */
  readonly user: boolean;
  /** SASL mechanisms in upper case (RFC 5034 §6). */
  readonly sasl: readonly string[];
  readonly pipelining: boolean;
  readonly top: boolean | null;
  readonly uidl: boolean | null;
}

/** For a server without CAPA: the commands of RFC 1939, and whatever else it turns out to accept. */
export const untold: Capabilities = {
  told: false,
  stls: false,
  user: true,
  sasl: [],
  pipelining: false,
  top: null,
  uidl: null,
};

/** Reads the answer to CAPA, without its first line. */
export function readCapabilities(answer: Buffer): Capabilities {
  const lines = answer
    .toString("latin1")
    .split(/\r?\n/)
    .map((line) =>
      line
        .trim()
        .toUpperCase()
        .split(/[ \t]+/),
    );
  const has = (name: string) => lines.some(([first]) => first === name);
  const sasl = lines.filter(([first]) => first === "SASL").flatMap(([, ...mechanisms]) => mechanisms);
  return {
    told: true,
    stls: has("STLS"),
    // Some servers list neither and mean USER.
    user: has("USER") || !has("SASL"),
    sasl,
    pipelining: has("PIPELINING"),
    top: has("TOP"),
    uidl: has("UIDL"),
  };
}

/** What was offered, in words for a person. */
export function offered({ told, sasl, user }: Capabilities): string {
  if (!told) return "offered: nothing, the server does not know CAPA";
  const ways = [...(user ? ["USER"] : []), ...(sasl.length > 0 ? [`SASL ${sasl.join(" ")}`] : [])];
  return `offered: ${ways.join(", ") || "no way to sign in"}`;
}
