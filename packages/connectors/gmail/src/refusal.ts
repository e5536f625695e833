import { replyBeginning } from "@mailfleet/connector-api";
import { type Evidence, type Failure, FailureError, failureOf, redactSecrets } from "@mailfleet/contracts";
import { withoutTags } from "@mailfleet/http";
import { type Purpose, reasonRules } from "./api-reasons.ts";

const LONGEST_REPLY = 500;

/** An answer of the API that is not 2xx. */
export interface Refusal {
  readonly status: number;
  /** The body as text, at most some KB. */
  readonly body: string;
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
  /** Whether the refusal has Google's shape; a proxy's 404 says nothing about a message. */
  readonly google: boolean;
  constructor(failure: Failure, status: number, google: boolean) {
    super(failure);
    this.name = "RefusedError";
    this.status = status;
    this.google = google;
  }
}

/** Google's refusal as an error of the closed list. */
export function refusedError(refusal: Refusal, context: RefusalContext): RefusedError {
  const said = readGoogleError(refusal.body);
  const text = replyBeginning(said ? `${refusal.status} ${said.reasons}: ${said.message}` : plainText(refusal));
  const reply = cut(redactSecrets(text, context.token ? [context.token] : [], LONGEST_REPLY));
  const evidence = { ...context.evidence, reply };
  // An answer in another form comes from another server, or from a proxy in front of it.
  if (!said && refusal.status >= 400 && refusal.status < 500 && ![401, 408, 413, 429].includes(refusal.status))
    return new RefusedError(failureOf("NOT_THIS_PROTOCOL", evidence), refusal.status, false);
  const code =
    reasonRules.find(
      ({ pattern, purpose }) => (purpose === undefined || purpose === context.purpose) && pattern.test(text),
    )?.code ?? "UNCLASSIFIED";
  const failure = failureOf(code, evidence, retryAfterMs(refusal, text, context.now));
  return new RefusedError(failure, refusal.status, said !== null);
}

/** `{"error":{code,message,status,errors:[{reason}],details:[{reason}]}}`; `null`: not of this shape. */
function readGoogleError(body: string): { reasons: string; message: string } | null {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return null;
  }
  const error = fieldOf(value, "error");
  if (typeof error !== "object" || error === null) return null;
  const message = fieldOf(error, "message");
  const reasons = [
    fieldOf(error, "status"),
    ...["errors", "details"].flatMap((name) => {
      const list = fieldOf(error, name);
      return Array.isArray(list) ? list.slice(0, 5).map((entry) => fieldOf(entry, "reason")) : [];
    }),
  ].filter((reason): reason is string => typeof reason === "string" && reason.length <= 100);
  return { reasons: [...new Set(reasons)].join(" "), message: typeof message === "string" ? message : "" };
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

function plainText({ status, body }: Refusal): string {
  const words = withoutTags(body).replace(/\s+/g, " ").trim();
  return `${status}${words ? ` ${words}` : ""}`;
}

/** Retry-After (RFC 9110 §10.2.3: seconds or a date), or the time that Gmail writes into its message. */
function retryAfterMs({ retryAfter }: Refusal, text: string, now: number): number | undefined {
  const written = retryAfter?.trim() ?? "";
  if (/^\d{1,9}$/.test(written)) return Number(written) * 1000;
  const date = Date.parse(written || (/retry after (\d{4}-\d\d-\d\dT[\d:.]{5,15}Z)/i.exec(text)?.[1] ?? ""));
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

function cut(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: evidence must hold no control characters.
  const clean = text.replace(/[\x00-\x1f\x7f]+/g, " ");
  return clean.length > LONGEST_REPLY ? `${clean.slice(0, LONGEST_REPLY - 1)}…` : clean;
}
