import type { Problem } from "@mailfleet/contracts";

/** A refusal by the API, with what to do about it (RFC 9457). */
export class ApiError extends Error {
  readonly status: number;
  readonly problem: Omit<Problem, "code"> & { code: string; correlation?: string };
  constructor(status: number, problem: ApiError["problem"]) {
    super(problem.detail);
    this.name = "ApiError";
    this.status = status;
    this.problem = problem;
  }
}

/** Nobody answers at the address of the API. */
export class NotReachable extends Error {
  constructor(url: string, cause: unknown) {
    const reason =
      cause instanceof Error ? ((cause.cause as Error | undefined)?.message ?? cause.message) : String(cause);
    super(`The console at ${url} cannot be reached: ${reason}`, { cause });
    this.name = "NotReachable";
  }
}
