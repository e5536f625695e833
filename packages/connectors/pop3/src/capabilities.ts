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
  /** How long the server wants between two sign-ins, in milliseconds (RFC 2449 §6.5); 0: it does not say. */
  readonly loginDelayMs: number;
  /** For how many days it keeps what it has given (RFC 2449 §6.7); `null`: it does not say, or for ever. */
  readonly keepsDays: number | null;
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
  loginDelayMs: 0,
  keepsDays: null,
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
  const numberAt = (name: string) => {
    const argument = lines.find(([first]) => first === name)?.[1] ?? "";
    return /^\d{1,6}$/.test(argument) ? Number(argument) : null;
  };
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
    loginDelayMs: (numberAt("LOGIN-DELAY") ?? 0) * 1000,
    keepsDays: numberAt("EXPIRE"),
  };
}

/** What the server asks of those who have signed in, in words for a person. */
export function askedFor({ loginDelayMs, keepsDays }: Capabilities): readonly string[] {
  return [
    ...(loginDelayMs > 0 ? [`the server wants ${loginDelayMs / 1000} s between two sign-ins`] : []),
    ...(keepsDays !== null ? [`it keeps what was fetched for ${keepsDays} ${keepsDays === 1 ? "day" : "days"}`] : []),
  ];
}

/** What was offered, in words for a person. */
export function offered({ told, sasl, user }: Capabilities): string {
  if (!told) return "offered: nothing, the server does not know CAPA";
  const ways = [...(user ? ["USER"] : []), ...(sasl.length > 0 ? [`SASL ${sasl.join(" ")}`] : [])];
  return `offered: ${ways.join(", ") || "no way to sign in"}`;
}
