import { ProblemError } from "@mailfleet/contracts";

/** A limit of this console. */
export interface RateLimit {
  readonly name: string;
  /** So many within the window or, where there is none, at the same time. */
  readonly quota: number;
  readonly windowSeconds?: number;
}

/** After this time there may be room again where so many are allowed at the same time. */
const roomSeconds = 5;
/** The same where another service limits, which does not say. */
const usualSeconds = 60;

/** A refusal because of a limit of this console, TOO_MANY, which is told with its headers. */
export class LimitReached extends ProblemError {
  readonly limit: RateLimit;
  readonly againInSeconds: number;
  constructor(detail: string, limit: RateLimit, { againInMs, remedy }: { againInMs?: number; remedy?: string } = {}) {
    super("TOO_MANY", detail, remedy === undefined ? {} : { remedy });
    this.limit = limit;
    this.againInSeconds = againInMs === undefined ? roomSeconds : Math.max(1, Math.ceil(againInMs / 1000));
  }
}

/** A limit and what is left of it (draft-ietf-httpapi-ratelimit-headers-10). */
export function limitHeaders({ name, quota, windowSeconds }: RateLimit, left: number, againInSeconds?: number) {
  const window = windowSeconds === undefined ? `;qu="concurrent-requests"` : `;w=${windowSeconds}`;
  const until = againInSeconds === undefined ? "" : `;t=${againInSeconds}`;
  return { "ratelimit-policy": `"${name}";q=${quota}${window}`, ratelimit: `"${name}";r=${left}${until}` };
}

/** What a refusal with 429 is answered with: when to come again (RFC 9110 §10.2.3) and, where it is known, which limit it was. */
export function headersOfTooMany(error: unknown): Readonly<Record<string, string>> {
  if (!(error instanceof LimitReached)) return { "retry-after": String(usualSeconds) };
  const { limit, againInSeconds } = error;
  return { "retry-after": String(againInSeconds), ...limitHeaders(limit, 0, againInSeconds) };
}
