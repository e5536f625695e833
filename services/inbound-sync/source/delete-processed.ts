import type { InboundSession } from "@mailfleet/connector-api";
import type { Names } from "./names-store.ts";

/**
 * Deletes on the server what was stored and announced, also by a run that died first, and forgets names that are gone. A
 * deletion counts only when a later listing shows it: until then it is tried again. What is `open` under one of these
 * names is another message.
 */
export async function deleteProcessed(
  session: InboundSession,
  { names, open, deletes }: { names: Names; open: ReadonlySet<string>; deletes: boolean },
  signal: AbortSignal,
): Promise<void> {
  if (!session.listed) return;
  const listed = new Set(session.listed());
  await names.keepOnly(listed);
  const left = names.toDelete.filter((name) => listed.has(name) && !open.has(name));
  if (deletes && left.length > 0) await session.remove?.(left, signal);
}
