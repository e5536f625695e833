interface Cause {
  readonly code?: string;
  readonly message?: string;
}

/** Why nobody was reached, by the code of Node's or OpenSSL's error; the system's own words for all others. */
const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nothing listens there",
  ENOTFOUND: "there is no host of this name",
  EAI_AGAIN: "the name cannot be looked up at the moment",
  ECONNRESET: "the connection was closed before an answer came",
  EPIPE: "the connection was closed before an answer came",
  UND_ERR_SOCKET: "the connection was closed before an answer came",
  ERR_SSL_WRONG_VERSION_NUMBER: "it does not speak TLS; does the address begin with http:// instead of https://?",
  ERR_SSL_PACKET_LENGTH_TOO_LONG: "it does not speak TLS; does the address begin with http:// instead of https://?",
  HPE_INVALID_CONSTANT: "what answers there is not a web server",
  DEPTH_ZERO_SELF_SIGNED_CERT: "its certificate is not trusted; name its authority's file in NODE_EXTRA_CA_CERTS",
  SELF_SIGNED_CERT_IN_CHAIN: "its certificate is not trusted; name its authority's file in NODE_EXTRA_CA_CERTS",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "its certificate is not trusted; name its authority's file in NODE_EXTRA_CA_CERTS",
  CERT_HAS_EXPIRED: "its certificate has expired",
  ERR_TLS_CERT_ALTNAME_INVALID: "its certificate is for another name",
};

/** Why nobody was reached, in words. */
export function unreachedBecause(error: unknown): string {
  if (error instanceof Error && error.name === "TimeoutError") return "it did not answer in time";
  const cause = ((error as { cause?: Cause }).cause ?? error) as Cause;
  return reasons[cause.code ?? ""] ?? cause.message ?? String(error);
}

const withoutAnswer: ReadonlySet<string> = new Set(["ECONNRESET", "EPIPE", "UND_ERR_SOCKET"]);

/** True if the other side closed the connection before it answered, as it may with one that was kept. */
export function wasClosed(error: unknown): boolean {
  return withoutAnswer.has((error as { cause?: Cause }).cause?.code ?? "");
}

/** True if the request may have arrived, although no answer came. */
export function mayHaveArrived(error: unknown): boolean {
  return (error instanceof Error && error.name === "TimeoutError") || wasClosed(error);
}
