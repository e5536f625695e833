import { networkFailureCode, systemCodeOf } from "@mailfleet/connector-api";
import { type Evidence, FailureError, failureOf } from "@mailfleet/contracts";

/**
 * Whatever a request or the reading of its answer threw, as a failure. What already is one, also below a library's own
 * error, stays what it is. Never a refusal: only an answer can refuse.
 */
export function networkFailure(thrown: unknown, evidence: Evidence): FailureError {
  for (let at = thrown, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth += 1)
    if (at instanceof FailureError) return at;
  const systemCode = systemCodeOf(thrown) ?? nameOf(thrown);
  const code =
    networkFailureCode(thrown) ?? (/timeout/i.test(systemCode ?? "") ? "CONNECTION_TIMEOUT" : "CONNECTION_LOST");
  return new FailureError(failureOf(code, { ...evidence, ...(systemCode && { systemCode }) }), { cause: thrown });
}

function nameOf(thrown: unknown): string | undefined {
  return thrown instanceof Error ? thrown.name.slice(0, 100) : undefined;
}
