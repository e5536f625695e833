import { DeferredError, ofTheMailbox } from "@mailfleet/connector-api";
import { FailureError } from "@mailfleet/contracts";

/**
 * A refusal that came after the message was sent to an API: of this message, unless the words speak of the account, or
 * `deniesAll` matches them: a denial of everything, where others may be about this message. What may pass is put off.
 * What is for good ends this message: a From that the account may not use. That several messages are refused alike is for
 * the caller to notice.
 */
export function ofOneMessage(error: FailureError, deniesAll: RegExp): FailureError {
  const { failure } = error;
  const { kind, code, evidence } = failure;
  const isDenied = code === "ACCESS_DENIED" && deniesAll.test(evidence?.reply ?? "");
  if (kind === "message" || ofTheMailbox.has(code) || isDenied) return error;
  const cause = { cause: error };
  if (code === "SENDER_REFUSED") return new FailureError({ ...failure, kind: "message" }, cause);
  return new DeferredError(failure, "message", cause);
}
