import { networkFailureCode, systemCodeOf } from "@mailfleet/connector-api";
import { type Evidence, type FailureCode, FailureError, failureOf } from "@mailfleet/contracts";

/** What ends a request before an answer could exist: the message was certainly not taken. */
const beforeAnyAnswer: ReadonlySet<FailureCode> = new Set<FailureCode>([
  "HOST_NOT_FOUND",
  "NAME_SERVICE_UNAVAILABLE",
  "CONNECTION_REFUSED",
  "NETWORK_UNREACHABLE",
  "TLS_HANDSHAKE_FAILED",
  "TLS_CERTIFICATE_EXPIRED",
  "TLS_CERTIFICATE_UNTRUSTED",
  "TLS_NAME_MISMATCH",
  "NOT_THIS_PROTOCOL",
  "ADDRESS_NOT_ALLOWED",
  "PORT_NOT_ALLOWED",
  "REDIRECT_REFUSED",
]);

/** Whatever `fetch` threw, as a failure; `certain`: the server cannot have taken the request. */
export function networkFailure(thrown: unknown, evidence: Evidence): { error: FailureError; certain: boolean } {
  const error = failureIn(thrown) ?? asFailure(thrown, evidence);
  const connecting = error.failure.evidence?.systemCode === "UND_ERR_CONNECT_TIMEOUT";
  return { error, certain: connecting || beforeAnyAnswer.has(error.failure.code) };
}

/** What already is a failure, also below a library's own error, stays what it is. */
function failureIn(thrown: unknown): FailureError | null {
  for (let at = thrown, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth += 1)
    if (at instanceof FailureError) return at;
  return null;
}

function asFailure(thrown: unknown, evidence: Evidence): FailureError {
  const systemCode = systemCodeOf(thrown) ?? (thrown instanceof Error ? thrown.name.slice(0, 100) : undefined);
  const code =
    networkFailureCode(thrown) ?? (/timeout/i.test(systemCode ?? "") ? "CONNECTION_TIMEOUT" : "CONNECTION_LOST");
  return new FailureError(failureOf(code, { ...evidence, ...(systemCode && { systemCode }) }), { cause: thrown });
}
