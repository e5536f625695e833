import { z } from "zod";
import { type FailureCode, failureCodes, failureKinds } from "./failure-codes.ts";

/** See `failureKinds`. */
export const FailureKind = z.enum(failureKinds);
export type FailureKind = z.infer<typeof FailureKind>;

/** What proves a failure: the server's own words, redacted and cut. Never a secret. */
export const Evidence = z.object({
  host: z.string().max(255).optional(),
  port: z.number().int().optional(),
  /** The command that was answered, without its secrets. */
  command: z.string().max(500).optional(),
  /** The server's reply, as it came. */
  reply: z.string().max(2000).optional(),
  /** The operating system's or library's own code, e.g. ECONNREFUSED. */
  systemCode: z.string().max(100).optional(),
});
export type Evidence = z.infer<typeof Evidence>;

/** Why a run or a send did not work. Text and remedy are looked up by `code`; they do not travel. */
export const Failure = z.object({
  kind: FailureKind,
  code: z.enum(Object.keys(failureCodes) as [FailureCode, ...FailureCode[]]),
  evidence: Evidence.optional(),
  /** The server asked to wait this long, in milliseconds. */
  retryAfterMs: z.number().int().nonnegative().optional(),
});
export type Failure = z.infer<typeof Failure>;

/** Thrown by connectors: a `Failure` that can be caught. The message never holds a secret. */
export class FailureError extends Error {
  readonly failure: Failure;
  constructor(failure: Failure, options?: { cause?: unknown }) {
    super(`${failure.code}: ${failure.evidence?.reply ?? failureCodes[failure.code].text}`, options);
    this.name = "FailureError";
    this.failure = failure;
  }
}

/** A failure of this code with the kind the table gives it. */
export function failureOf(code: FailureCode, evidence?: Evidence, retryAfterMs?: number): Failure {
  return {
    kind: failureCodes[code].kind,
    code,
    ...(evidence ? { evidence } : {}),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
}
