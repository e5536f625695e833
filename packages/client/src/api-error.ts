import { unreachedBecause } from "./reach.ts";

/** Why the API refused, and what to do now (RFC 9457 with our members). */
export interface ApiProblem {
  readonly code: string;
  readonly detail: string;
  readonly remedy?: string;
  /** Which field, as a JSON pointer, and why. */
  readonly errors?: readonly { readonly pointer: string; readonly reason: string }[];
  /** Names the request in the logs of all services. */
  readonly correlation?: string;
}

/** A refusal by the API, with what to do about it (RFC 9457). */
export class ApiError extends Error {
  readonly status: number;
  readonly problem: ApiProblem;
  constructor(status: number, problem: ApiProblem) {
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
