import { type Evidence, type Failure, type FailureCode, FailureError, failureOf } from "@mailfleet/contracts";
import { MalformedReply } from "./reply.ts";

/** Operating system and TLS codes. None of these is a server's word; only facts about name and certificate are permanent. */
const codeOf: Readonly<Record<string, FailureCode>> = {
  ENOTFOUND: "HOST_NOT_FOUND",
  ENODATA: "HOST_NOT_FOUND",
  EAI_NONAME: "HOST_NOT_FOUND",
  EAI_AGAIN: "NAME_SERVICE_UNAVAILABLE",
  EAI_FAIL: "NAME_SERVICE_UNAVAILABLE",
  ESERVFAIL: "NAME_SERVICE_UNAVAILABLE",
  ETIMEOUT: "NAME_SERVICE_UNAVAILABLE",
  ECONNREFUSED: "CONNECTION_REFUSED",
  ETIMEDOUT: "CONNECTION_TIMEOUT",
  ECONNRESET: "CONNECTION_LOST",
  EPIPE: "CONNECTION_LOST",
  ECONNABORTED: "CONNECTION_LOST",
  ENETUNREACH: "NETWORK_UNREACHABLE",
  EHOSTUNREACH: "NETWORK_UNREACHABLE",
  ENETDOWN: "NETWORK_UNREACHABLE",
  EADDRNOTAVAIL: "NETWORK_UNREACHABLE",
  CERT_HAS_EXPIRED: "TLS_CERTIFICATE_EXPIRED",
  CERT_NOT_YET_VALID: "TLS_CERTIFICATE_EXPIRED",
  ERR_TLS_CERT_ALTNAME_INVALID: "TLS_NAME_MISMATCH",
  DEPTH_ZERO_SELF_SIGNED_CERT: "TLS_CERTIFICATE_UNTRUSTED",
  SELF_SIGNED_CERT_IN_CHAIN: "TLS_CERTIFICATE_UNTRUSTED",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "TLS_CERTIFICATE_UNTRUSTED",
  UNABLE_TO_GET_ISSUER_CERT: "TLS_CERTIFICATE_UNTRUSTED",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "TLS_CERTIFICATE_UNTRUSTED",
  CERT_UNTRUSTED: "TLS_CERTIFICATE_UNTRUSTED",
  CERT_REVOKED: "TLS_CERTIFICATE_UNTRUSTED",
  INVALID_CA: "TLS_CERTIFICATE_UNTRUSTED",
  ERR_SSL_WRONG_VERSION_NUMBER: "NOT_THIS_PROTOCOL",
  ERR_SSL_PACKET_LENGTH_TOO_LONG: "NOT_THIS_PROTOCOL",
};

/** A failure from an error of socket, name service or TLS. Our own `FailureError` keeps its failure. */
export function classifyError(error: unknown, evidence: Evidence = {}): Failure {
  if (error instanceof FailureError) return error.failure;
  if (error instanceof MalformedReply) return failureOf("NOT_THIS_PROTOCOL", { ...evidence, reply: error.received });
  const systemCode = systemCodeOf(error);
  const code =
    codeOf[systemCode] ?? (/^ERR_SSL|^ERR_TLS|^EPROTO/.test(systemCode) ? "TLS_HANDSHAKE_FAILED" : "UNCLASSIFIED");
  const words = code === "UNCLASSIFIED" && error instanceof Error ? { reply: error.message.slice(0, 300) } : {};
  return failureOf(code, { ...evidence, ...words, ...(systemCode ? { systemCode } : {}) });
}

/** Several addresses that all failed come as one error: the first address's reason stands for them. */
function systemCodeOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return systemCodeOf(error.errors[0]);
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === "string" ? code : "";
}
