import type { FailureCode } from "@mailfleet/contracts";

/**
 * Failures that come before a request is sent, or are its answer: the message was certainly not accepted. Those of the
 * network and of TLS are not among them: a connection that was open may end with the same codes.
 */
const certain: ReadonlySet<FailureCode> = new Set<FailureCode>([
  "HOST_NOT_FOUND",
  "NAME_SERVICE_UNAVAILABLE",
  "CONNECTION_REFUSED",
  "PROXY_UNREACHABLE",
  "PROXY_REFUSED",
  "TLS_CERTIFICATE_EXPIRED",
  "TLS_CERTIFICATE_UNTRUSTED",
  "TLS_NAME_MISMATCH",
  "TLS_TOO_WEAK",
  "ADDRESS_NOT_ALLOWED",
  "PORT_NOT_ALLOWED",
  "PROFILE_CREDENTIALS_REFUSED",
  "FIRST_SIGN_IN_AWAITED",
  "REDIRECT_REFUSED",
]);

/** True for failures that leave no doubt, wherever the request was when they came. */
export function isCertainlyNotSent(code: FailureCode): boolean {
  return certain.has(code);
}
