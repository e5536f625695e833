import {
  type Evidence,
  type Failure,
  FailureError,
  failureOf,
  networkFailureCode,
  systemCodeOf,
} from "@mailfleet/contracts";
import { MalformedReply } from "./reply.ts";

/** A failure from an error of socket, name service or TLS. Our own `FailureError` keeps its failure. */
export function classifyError(error: unknown, evidence: Evidence = {}): Failure {
  if (error instanceof FailureError) return error.failure;
  if (error instanceof MalformedReply) return failureOf("NOT_THIS_PROTOCOL", { ...evidence, reply: error.received });
  const systemCode = systemCodeOf(error);
  const code = networkFailureCode(error) ?? "UNCLASSIFIED";
  const words = code === "UNCLASSIFIED" && error instanceof Error ? { reply: error.message.slice(0, 300) } : {};
  return failureOf(code, { ...evidence, ...words, ...(systemCode ? { systemCode } : {}) });
}
