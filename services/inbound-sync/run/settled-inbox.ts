import type { SettledInbox } from "@mailfleet/connector-api";
import type { SourceDocument } from "../source/document.ts";

/** After this the whole way is taken: a server that does not tell changes as it says delays nothing for longer. */
const trustedForMs = 3_600_000;

/**
 * With what a poll may prove that nothing has changed; `undefined`: it looks at everything. That it also does while
 * anything is left over from before, and for an audit.
 */
export function settledInbox(source: SourceDocument, now: number): SettledInbox | undefined {
  const { cursor, settled, comparing, setAside = [], breaks = [], pending, quarantined, auditAt = 0 } = source;
  if (!cursor || !settled || settled.at > now || settled.at <= now - trustedForMs) return undefined;
  if (comparing || pending || quarantined || setAside.length > 0 || breaks.length > 0 || auditAt <= now)
    return undefined;
  return { cursor, state: settled.state };
}
