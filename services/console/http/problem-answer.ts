import { Problem, type ProblemCode, ProblemError, problemCodes } from "@mailfleet/contracts";
import { z } from "zod";

/** RFC 9457 problem details with our members: `code`, `remedy`, `errors`, `correlation`. */
export const ProblemDetails = Problem.extend({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  correlation: z.string().describe("names this request in the logs of all services"),
});
export type ProblemDetails = z.infer<typeof ProblemDetails>;

/** Media type of problem details (RFC 9457 §6.1). */
export const problemType = "application/problem+json";

const remedies: Partial<Record<ProblemCode, string>> = {
  UNAUTHENTICATED: "Send `Authorization: Bearer <token>` with a token of this installation.",
  FORBIDDEN: "Use a token with the role administrator, or ask an administrator.",
  NOT_FOUND: "Check the id, name or address.",
  STALE_VERSION: "Read it again, look at what changed, and repeat with the new ETag in If-Match.",
  TOO_LARGE: "Send less at once.",
  TOO_MANY: "Wait a little and try again.",
  UNAVAILABLE: "Try again in a moment. If it persists, look at /readyz of the services.",
  INTERNAL: "Look up the correlation id in the logs and report it.",
};

/** A refusal as it is answered. `status` differs from the table's only where HTTP has a finer one (405, 415, 408). */
export function problemDetails(problem: Problem, correlation: string, status?: number): ProblemDetails {
  const { status: usual, title } = problemCodes[problem.code];
  const remedy = problem.remedy ?? remedies[problem.code];
  return {
    type: `urn:mailfleet:problem:${problem.code.toLowerCase().replaceAll("_", "-")}`,
    title,
    status: status ?? usual,
    code: problem.code,
    detail: problem.detail,
    ...(remedy === undefined ? {} : { remedy }),
    ...(problem.errors === undefined ? {} : { errors: problem.errors }),
    correlation,
  };
}

/** What Fastify itself refuses, in our words: its own would quote the body. */
const frameworkRefusals: Readonly<Record<string, { code: ProblemCode; detail: string; status?: number }>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: { code: "TOO_LARGE", detail: "The body is larger than this address takes." },
  FST_ERR_CTP_INVALID_MEDIA_TYPE: {
    code: "INVALID",
    detail: "This media type is not taken here: send application/json.",
    status: 415,
  },
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: { code: "INVALID", detail: "The body is not as long as Content-Length says." },
};

/** Any error as a refusal with its status. A bug becomes INTERNAL without its text. */
export function refusalOf(
  error: unknown,
  isOutage: (error: unknown) => boolean,
): { problem: Problem; status?: number; unexpected: boolean } {
  if (error instanceof ProblemError) return { problem: error.problem, unexpected: false };
  const { code, statusCode } = error as { code?: unknown; statusCode?: unknown };
  const known = typeof code === "string" ? frameworkRefusals[code] : undefined;
  if (known) {
    const { status, ...problem } = known;
    return { problem, ...(status === undefined ? {} : { status }), unexpected: false };
  }
  if (isOutage(error))
    return {
      problem: { code: "UNAVAILABLE", detail: "The database or the message bus does not answer." },
      unexpected: false,
    };
  if (typeof statusCode === "number" && statusCode >= 400 && statusCode < 500)
    return {
      problem: { code: "INVALID", detail: "The request cannot be read." },
      status: statusCode,
      unexpected: false,
    };
  return { problem: { code: "INTERNAL", detail: "Mailfleet itself failed here." }, unexpected: true };
}
