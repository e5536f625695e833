import { replyBeginning } from "@mailfleet/connector-api";
import {
  type Evidence,
  type Failure,
  type FailureCode,
  FailureError,
  failureOf,
  redactSecrets,
} from "@mailfleet/contracts";
import { retryAfterMs, withoutTags } from "@mailfleet/http";

const LONGEST_REPLY = 500;

/** What we asked the API for: some words mean something else when sending. */
export type Purpose = "read" | "send";

/** One row: an answer `<status> <codes>: <message>` that matches has this failure code. */
export interface ReasonRule {
  readonly purpose?: Purpose;
  readonly pattern: RegExp;
  readonly code: FailureCode;
}

/** How one API says no. */
export interface RefusalLanguage {
  /** Its own words in a body; `null`: not of its shape, so another server said it, or a proxy in front of it. */
  readonly read: (json: unknown) => { readonly codes: string; readonly message: string } | null;
  /** Most specific first. */
  readonly rules: readonly ReasonRule[];
  /** A date in its words before which it wants no further request. */
  readonly waitsUntil?: RegExp;
}

/** An answer of the API that is not 2xx. */
export interface Refusal {
  readonly status: number;
  /** The body as text, at most some KB. */
  readonly body: string;
  /** The field of the header (RFC 9110 §10.2.3). */
  readonly retryAfter: string | null;
}

/** What the evidence of a refusal contains besides its text. */
export interface RefusalContext {
  readonly evidence: Evidence;
  readonly purpose: Purpose;
  /** A secret to remove from the server's words, in case it repeats it. */
  readonly token?: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** The API refused: a `FailureError` that still knows the status. */
export class RefusedError extends FailureError {
  readonly status: number;
  /** The API's own codes, and not what a proxy in front of it says; `null`: not of its shape. */
  readonly codes: string | null;
  constructor(failure: Failure, status: number, codes: string | null) {
    super(failure);
    this.name = "RefusedError";
    this.status = status;
    this.codes = codes;
  }
}

/** Reads refusals of one API as errors of the closed list. */
export function refusalReader(language: RefusalLanguage): (refusal: Refusal, context: RefusalContext) => RefusedError {
  return (refusal, context) => {
    const { status } = refusal;
    const said = language.read(jsonIn(refusal.body));
    const text = replyBeginning(said ? `${status} ${said.codes}: ${said.message}`.trim() : plainText(refusal));
    const reply = cut(redactSecrets(text, context.token ? [context.token] : [], LONGEST_REPLY));
    const evidence = { ...context.evidence, reply };
    // An answer in another form comes from another server, or from a proxy in front of it.
    if (!said && status >= 300 && status < 500 && ![401, 408, 413, 429].includes(status))
      return new RefusedError(failureOf("NOT_THIS_PROTOCOL", evidence), status, null);
    const applies = ({ pattern, purpose }: ReasonRule) =>
      (purpose === undefined || purpose === context.purpose) && pattern.test(text);
    const code = language.rules.find(applies)?.code ?? "UNCLASSIFIED";
    const until = refusal.retryAfter ?? language.waitsUntil?.exec(text)?.[1] ?? null;
    const failure = failureOf(code, evidence, until === null ? undefined : waitMs(until, context.now));
    return new RefusedError(failure, status, said?.codes ?? null);
  };
}

/** `undefined`: it is not JSON. */
function jsonIn(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** Seconds or a date, as in the header (RFC 9110 §10.2.3), or a date as answers write it (RFC 3339). */
function waitMs(written: string, now: number): number | undefined {
  const date = /^\d{4}-\d\d-\d\dT[\d:.]{5,15}Z$/.test(written) ? Date.parse(written) : Number.NaN;
  return Number.isNaN(date) ? retryAfterMs(new Headers({ "retry-after": written }), now) : Math.max(0, date - now);
}

function plainText({ status, body }: Refusal): string {
  const words = withoutTags(body).replace(/\s+/g, " ").trim();
  return `${status}${words ? ` ${words}` : ""}`;
}

function cut(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: evidence must hold no control characters.
  const clean = text.replace(/[\x00-\x1f\x7f]+/g, " ");
  return clean.length > LONGEST_REPLY ? `${clean.slice(0, LONGEST_REPLY - 1)}…` : clean;
}

/** A field of what may be an object. */
export function fieldOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}
