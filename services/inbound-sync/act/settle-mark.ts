import type { ActSession, Mark } from "@mailfleet/connector-api";
import { type Connection, FailureError, failureOf } from "@mailfleet/contracts";

/** Whose mark a mailbox is to carry, and whether it replaces another one's. */
export type Ours = NonNullable<Connection["act"]>;

/** What is right for a mark that was found. */
type Verdict = "write" | "keep" | "take-over" | "refuse";

/** No mark: ours is written. Ours: fine. Another one's: refused, unless a person said to take over. Pure. */
export function judgeMark(found: Mark | null, { organisation, takeOver }: Ours): Verdict {
  if (found === null) return "write";
  if (found.organisation === organisation.id) return "keep";
  return takeOver ? "take-over" : "refuse";
}

/** A mark in words: `Contoso (og_…), since 2026-11-29 12:00 UTC`. */
function named({ organisation, name, since }: Mark): string {
  const who = name === undefined ? organisation : `${name} (${organisation})`;
  return since === undefined
    ? who
    : `${who}, since ${new Date(since).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

function anotherOnes(mark: Mark): FailureError {
  return new FailureError(
    failureOf("ITEMS_OF_ANOTHER_ORGANISATION", { reply: `the mailbox is marked as that of ${named(mark)}` }),
  );
}

/**
 * The mark at a test. Says what was found and done. What was written is read again: of two organisations that come at the
 * same moment one finds the other's mark. Throws ITEMS_OF_ANOTHER_ORGANISATION, or what the session throws.
 */
export async function settleMark(session: ActSession, ours: Ours, at: number, signal: AbortSignal): Promise<string> {
  const found = await session.readMark(signal);
  const verdict = judgeMark(found, ours);
  if (found !== null && verdict === "keep") return `it is ours already: ${named(found)}`;
  if (found !== null && verdict === "refuse") throw anotherOnes(found);
  const { id, name } = ours.organisation;
  await session.writeMark({ organisation: id, since: at, ...(name === undefined ? {} : { name }) }, signal);
  const kept = await session.readMark(signal);
  if (kept?.organisation !== id)
    throw kept
      ? anotherOnes(kept)
      : new FailureError(failureOf("PROTOCOL_ERROR", { command: "mark", reply: "the server did not keep the mark" }));
  return found === null ? `it is ours from now on: ${named(kept)}` : `taken over from ${named(found)}`;
}

/** The mark in daily work. Throws ITEMS_OF_ANOTHER_ORGANISATION: who took the mailbox over has it. */
export async function checkMark(session: ActSession, ours: Ours, at: number, signal: AbortSignal): Promise<void> {
  const found = await session.readMark(signal);
  if (found !== null && judgeMark(found, { ...ours, takeOver: false }) === "refuse") throw anotherOnes(found);
  // Somebody has removed it, for example with the folder: it is left again.
  if (found === null) await settleMark(session, { ...ours, takeOver: false }, at, signal);
}
