import type { NotChanged } from "@mailfleet/connector-api";
import type { FailureCode } from "@mailfleet/contracts";
import { RefusedError } from "./refusal.ts";

/** What the API says of one message and not of the mailbox, the account or the pace. */
const ofOne: ReadonlySet<FailureCode> = new Set<FailureCode>(["UNCLASSIFIED", "PROTOCOL_ERROR", "SERVER_UNAVAILABLE"]);

/**
 * Changes messages one by one, moves or marks them; one that is refused for itself holds up none behind it and is in the
 * answer. What is gone counts as done. Throws what concerns all.
 */
export async function changeEach(
  names: readonly string[],
  change: (name: string) => Promise<unknown>,
): Promise<readonly NotChanged[]> {
  const refused: NotChanged[] = [];
  for (const name of names)
    try {
      await change(name);
    } catch (error) {
      if (!(error instanceof RefusedError) || error.codes === null) throw error;
      const { failure, codes } = error;
      if (/\bErrorItemNotFound\b/.test(codes)) continue;
      if (failure.kind !== "message" && !ofOne.has(failure.code)) throw error;
      refused.push({ name, failure });
    }
  return refused;
}
