import type { FailureCode } from "./failure-codes.ts";

/** What the operating system, OpenSSL and Node say below every protocol, as failure codes. */
const bySystemCode: Readonly<Record<string, FailureCode>> = {
  ENOTFOUND: "HOST_NOT_FOUND",
  ENODATA: "HOST_NOT_FOUND",
  EAI_NONAME: "HOST_NOT_FOUND",
  EAI_NODATA: "HOST_NOT_FOUND",
  EAI_AGAIN: "NAME_SERVICE_UNAVAILABLE",
  EAI_FAIL: "NAME_SERVICE_UNAVAILABLE",
  EAI_SYSTEM: "NAME_SERVICE_UNAVAILABLE",
  ETIMEOUT: "CONNECTION_TIMEOUT",
  ETIMEDOUT: "CONNECTION_TIMEOUT",
  ESOCKETTIMEDOUT: "CONNECTION_TIMEOUT",
  ERR_SOCKET_CONNECTION_TIMEOUT: "CONNECTION_TIMEOUT",
  ECONNREFUSED: "CONNECTION_REFUSED",
  ECONNRESET: "CONNECTION_LOST",
  ECONNABORTED: "CONNECTION_LOST",
  EPIPE: "CONNECTION_LOST",
  EHOSTUNREACH: "NETWORK_UNREACHABLE",
  EHOSTDOWN: "NETWORK_UNREACHABLE",
  ENETUNREACH: "NETWORK_UNREACHABLE",
  ENETDOWN: "NETWORK_UNREACHABLE",
  EADDRNOTAVAIL: "NETWORK_UNREACHABLE",
  CERT_HAS_EXPIRED: "TLS_CERTIFICATE_EXPIRED",
  CERT_NOT_YET_VALID: "TLS_CERTIFICATE_EXPIRED",
  ERR_TLS_CERT_ALTNAME_INVALID: "TLS_NAME_MISMATCH",
  DEPTH_ZERO_SELF_SIGNED_CERT: "TLS_CERTIFICATE_UNTRUSTED",
  SELF_SIGNED_CERT_IN_CHAIN: "TLS_CERTIFICATE_UNTRUSTED",
  UNABLE_TO_GET_ISSUER_CERT: "TLS_CERTIFICATE_UNTRUSTED",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "TLS_CERTIFICATE_UNTRUSTED",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "TLS_CERTIFICATE_UNTRUSTED",
  CERT_SIGNATURE_FAILURE: "TLS_CERTIFICATE_UNTRUSTED",
  CERT_CHAIN_TOO_LONG: "TLS_CERTIFICATE_UNTRUSTED",
  CERT_REVOKED: "TLS_CERTIFICATE_UNTRUSTED",
  CERT_UNTRUSTED: "TLS_CERTIFICATE_UNTRUSTED",
  CERT_REJECTED: "TLS_CERTIFICATE_UNTRUSTED",
  INVALID_CA: "TLS_CERTIFICATE_UNTRUSTED",
  INVALID_PURPOSE: "TLS_CERTIFICATE_UNTRUSTED",
  PATH_LENGTH_EXCEEDED: "TLS_CERTIFICATE_UNTRUSTED",
  // TLS spoken to something that answers in plain text looks like this (OpenSSL).
  ERR_SSL_WRONG_VERSION_NUMBER: "PORT_SPEAKS_PLAIN",
  ERR_SSL_PACKET_LENGTH_TOO_LONG: "PORT_SPEAKS_PLAIN",
  ERR_SSL_HTTP_REQUEST: "NOT_THIS_PROTOCOL",
  EPROTO: "TLS_HANDSHAKE_FAILED",
};

/** The code that an error carries: its own, or that of the first address tried when a name has several. */
export function systemCodeOf(error: unknown): string | undefined {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 4; depth += 1) {
    if ("code" in at && typeof at.code === "string") return at.code;
    at = at instanceof AggregateError ? at.errors[0] : at.cause;
  }
  return undefined;
}

/** The failure code of a network or TLS error; `null` if the error is neither. */
export function networkFailureCode(error: unknown): FailureCode | null {
  const code = systemCodeOf(error);
  if (code === undefined) return null;
  return bySystemCode[code] ?? (/^ERR_(?:SSL|TLS)_/.test(code) ? "TLS_HANDSHAKE_FAILED" : null);
}
