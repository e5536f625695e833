import { DeferredError, ofTheMailbox } from "@mailfleet/connector-api";
import { FailureError } from "@mailfleet/contracts";

/** The domain's policy and its delegation are 403, too; any other 403 may be about this message. */
const deniesAll = /domainPolicy|delegation ?denied/i;

/**
 * A refusal that came after the message was sent to Gmail: of this message, unless the words speak of the account. What may
 * pass is put off. What is for good ends this message: a From that the account may not use. That several messages are refused
 * alike is for the caller to notice.
 */
export function ofOneMessage(error: FailureError): FailureError {
  const { failure } = error;
  const { kind, code, evidence } = failure;
  const isDenied = code === "ACCESS_DENIED" && deniesAll.test(evidence?.reply ?? "");
  if (kind === "message" || ofTheMailbox.has(code) || isDenied) return error;
  const cause = { cause: error };
  if (code === "SENDER_REFUSED") return new FailureError({ ...failure, kind: "message" }, cause);
  return new DeferredError(failure, "message", cause);
}
