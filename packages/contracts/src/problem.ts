import { z } from "zod";

/** Why a command or a query was refused. The status is the one the HTTP API answers with (RFC 9110). */
export const problemCodes = {
  INVALID: { status: 400, title: "The request is not valid" },
  UNAUTHENTICATED: { status: 401, title: "A valid bearer token is needed" },
  FORBIDDEN: { status: 403, title: "This token may not do that" },
  NOT_FOUND: { status: 404, title: "There is no such thing" },
  ALREADY_EXISTS: { status: 409, title: "It exists already" },
  NOT_POSSIBLE_NOW: { status: 409, title: "Not possible in the present state" },
  ADDRESS_NOT_AS_SEEN: { status: 409, title: "The address is no longer the one that was approved" },
  IN_USE: { status: 409, title: "It is still in use" },
  STALE_VERSION: { status: 412, title: "It was changed in the meantime" },
  TOO_LARGE: { status: 413, title: "The body is too large" },
  TOO_MANY: { status: 429, title: "Too many at once" },
  INTERNAL: { status: 500, title: "Mailfleet itself failed" },
  UNAVAILABLE: { status: 503, title: "A part of Mailfleet does not answer" },
} as const;
export type ProblemCode = keyof typeof problemCodes;

/** The answer to a refused request; the console turns it into RFC 9457 problem details. */
export const Problem = z.object({
  code: z.enum(Object.keys(problemCodes) as [ProblemCode, ...ProblemCode[]]),
  detail: z.string(),
  /** What to do now. */
  remedy: z.string().optional(),
  /** One entry per field: JSON pointer and reason, e.g. `/inbound/port must be 1 to 65535`. */
  errors: z.array(z.object({ pointer: z.string(), reason: z.string() })).optional(),
});
export type Problem = z.infer<typeof Problem>;

/** A refusal that can be thrown by a handler and is answered to whoever asked. */
export class ProblemError extends Error {
  readonly problem: Problem;
  constructor(code: ProblemCode, detail: string, more: Omit<Problem, "code" | "detail"> = {}) {
    super(detail);
    this.name = "ProblemError";
    this.problem = { code, detail, ...more };
  }
}

/** zod's issues as pointers and reasons; unknown fields are named one by one. */
export function invalid(error: z.ZodError, what = "The request is not valid"): ProblemError {
  const errors = error.issues.flatMap((issue) => {
    const at = issue.path.map((part) => `/${String(part)}`).join("");
    return issue.code === "unrecognized_keys"
      ? issue.keys.map((key) => ({ pointer: `${at}/${key}`, reason: "is not a known field" }))
      : [{ pointer: at || "/", reason: issue.message }];
  });
  const summary = errors.map((e) => `${e.pointer} ${e.reason}`).join("; ");
  return new ProblemError("INVALID", `${what}: ${summary}`, { errors });
}
