import {
  type Evidence,
  type FailureCode,
  FailureError,
  failureOf,
  networkFailureCode,
  systemCodeOf,
} from "@mailfleet/contracts";

/** The error codes of the HTTP client and its decompression, and those that mean something else here. */
const byClientCode: Readonly<Record<string, FailureCode>> = {
  UND_ERR_CONNECT_TIMEOUT: "CONNECTION_TIMEOUT",
  UND_ERR_HEADERS_TIMEOUT: "CONNECTION_TIMEOUT",
  UND_ERR_BODY_TIMEOUT: "CONNECTION_TIMEOUT",
  UND_ERR_SOCKET: "CONNECTION_LOST",
  UND_ERR_ABORTED: "CONNECTION_LOST",
  UND_ERR_DESTROYED: "CONNECTION_LOST",
  UND_ERR_CLOSED: "CONNECTION_LOST",
  UND_ERR_HEADERS_OVERFLOW: "ANSWER_TOO_LARGE",
  UND_ERR_RES_EXCEEDED_MAX_SIZE: "ANSWER_TOO_LARGE",
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: "CONNECTION_LOST",
  HPE_HEADER_OVERFLOW: "ANSWER_TOO_LARGE",
  // Plain text where TLS was spoken. A URL has no security setting that one could be told to change.
  ERR_SSL_WRONG_VERSION_NUMBER: "NOT_THIS_PROTOCOL",
  ERR_SSL_PACKET_LENGTH_TOO_LONG: "NOT_THIS_PROTOCOL",
};

/** Where a request was when it broke: before its answer began, or within it. */
export type RequestPhase = "waiting" | "reading";

/**
 * Turns whatever a request or the reading of its answer threw into a failure. A failure stays as it is, even if a
 * library has wrapped it in its own error.
 */
export function networkFailure(thrown: unknown, evidence: Evidence, phase: RequestPhase = "reading"): FailureError {
  for (let at = thrown, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth += 1)
    if (at instanceof FailureError) return at;
  const systemCode = systemCodeOf(thrown);
  const code = byClientCode[systemCode ?? ""] ?? networkFailureCode(thrown) ?? otherwise(thrown, systemCode, phase);
  // Not the library's own error: it may hold the request with its headers.
  const cause =
    thrown instanceof Error ? new Error(`${thrown.name}${systemCode ? ` (${systemCode})` : ""}`) : undefined;
  return new FailureError(failureOf(code, { ...evidence, ...(systemCode && { systemCode }) }), { cause });
}

function otherwise(thrown: unknown, systemCode: string | undefined, phase: RequestPhase): FailureCode {
  // The HTTP parser met another protocol. Not all of its errors have a code.
  if (systemCode?.startsWith("HPE_") || isNamed(thrown, "HTTPParserError"))
    return phase === "waiting" ? "NOT_THIS_PROTOCOL" : "PROTOCOL_ERROR";
  if (systemCode?.startsWith("Z_") || systemCode?.startsWith("ERR_")) return "PROTOCOL_ERROR";
  // `fetch` itself refuses the ports of other protocols (Fetch §2.9).
  if (thrown instanceof Error && thrown.cause instanceof Error && thrown.cause.message === "bad port")
    return "PORT_NOT_ALLOWED";
  if (isNamed(thrown, "TimeoutError")) return "CONNECTION_TIMEOUT";
  return phase === "reading" ? "CONNECTION_LOST" : "UNCLASSIFIED";
}

function isNamed(thrown: unknown, name: string): boolean {
  return thrown instanceof Error && (thrown.name === name || isNamed(thrown.cause, name));
}
