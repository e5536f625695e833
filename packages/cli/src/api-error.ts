import type { Problem } from "@mailfleet/contracts";
import { unreachedBecause } from "./reach.ts";

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
    super(`The console at ${url} cannot be reached: ${unreachedBecause(cause)}.`, { cause });
    this.name = "NotReachable";
  }
}
