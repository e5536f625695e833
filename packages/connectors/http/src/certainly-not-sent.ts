import type { FailureCode } from "@mailfleet/contracts";

/** Failures that come before any answer, or are one: the message was certainly not accepted. */
const certain: ReadonlySet<FailureCode> = new Set<FailureCode>([
  "HOST_NOT_FOUND",
  "NAME_SERVICE_UNAVAILABLE",
  "CONNECTION_REFUSED",
  "NETWORK_UNREACHABLE",
  "PROXY_UNREACHABLE",
  "PROXY_REFUSED",
  "TLS_HANDSHAKE_FAILED",
  "TLS_CERTIFICATE_EXPIRED",
  "TLS_CERTIFICATE_UNTRUSTED",
  "TLS_NAME_MISMATCH",
  "TLS_TOO_WEAK",
  "ADDRESS_NOT_ALLOWED",
  "PORT_NOT_ALLOWED",
  "PROFILE_CREDENTIALS_REFUSED",
  "REDIRECT_REFUSED",
]);

/** True for failures that leave no doubt, wherever the request was when they came. */
export function isCertainlyNotSent(code: FailureCode): boolean {
  return certain.has(code);
}
