import type { InboundSession } from "@mailfleet/connector-api";
import type { HandledMessages } from "./handled-store.ts";

/** With this many more fingerprints than messages on the server we rewrite them. */
const compactAbove = 1000;

/**
 * Deletes on the server what was stored and announced, also by a run that died first, and forgets what is gone. A
 * deletion counts only when a later listing shows it: until then it is tried again.
 */
export async function deleteProcessed(
  session: InboundSession,
  handled: HandledMessages,
  deletes: boolean,
  signal: AbortSignal,
): Promise<void> {
  if (!session.listed) return;
  const listed = new Set(session.listed());
  const gone = handled.toDelete.filter((identity) => !listed.has(identity));
  if (gone.length > 0) await handled.deleted(gone);
  if (handled.size > listed.size + compactAbove) await handled.keepOnly([...listed]);
  const left = handled.toDelete.filter((identity) => listed.has(identity));
  if (deletes && left.length > 0) await session.remove?.(left, signal);
}
