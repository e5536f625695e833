import { type FailureCode, FailureError, failureOf } from "@mailfleet/contracts";
import { RefusedError } from "./refusal.ts";

const denials: ReadonlySet<FailureCode> = new Set<FailureCode>([
  "ACCESS_DENIED",
  "MAILBOX_OUT_OF_SCOPE",
  "TENANT_APPROVAL_MISSING",
  "INBOX_UNAVAILABLE",
]);

/**
 * A denial of calendar, contacts or tasks as ITEMS_NOT_ACCESSIBLE, with what is `needed`. Anything else stays what it is.
 */
export function ofItems(thrown: unknown, needed: string): unknown {
  if (!(thrown instanceof RefusedError) || !denials.has(thrown.failure.code)) return thrown;
  const { evidence } = thrown.failure;
  const reply = [`needed: ${needed}`, evidence?.reply].filter((part) => part !== undefined).join("; the server says: ");
  return new FailureError(failureOf("ITEMS_NOT_ACCESSIBLE", { ...evidence, reply }));
}
