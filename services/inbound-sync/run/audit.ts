import type { Cursor, InboundSession, Known } from "@mailfleet/connector-api";
import type { InboundPorts } from "../ports.ts";
import { alertRaised } from "../source/alerts.ts";
import type { SourceDocument } from "../source/document.ts";
import type { SourceLease } from "../source/store.ts";
import type { Found } from "./refusals.ts";

const everyMs = 86_400_000;

/**
 * Once a day, or on command, compares the whole folder with what was accounted for, and fetches what was not; a
 * message that was handed over all the same is recognised by its content. Where names decide every poll compares names,
 * and this looks for names that were used again.
 */
export async function auditIfDue(
  ports: Pick<InboundPorts, "bus" | "sources" | "fingerprints" | "metrics" | "logger" | "now">,
  run: {
    readonly session: InboundSession;
    readonly lease: SourceLease;
    readonly source: SourceDocument;
    readonly cursor: Cursor | null;
    /** Goes before what this source has covered. */
    readonly prefix: string;
    readonly short: boolean;
    readonly known: Known;
    /** Receives messages of these names. */
    fetch(names: readonly string[]): Promise<void>;
  },
  found: Found,
): Promise<boolean> {
  const { session, lease, source, cursor, prefix, short } = run;
  const at = ports.now();
  // A mailbox that is read for the first time has been read whole.
  if (source.auditAt === undefined) await ports.sources.audited(lease, null, at + everyMs);
  if (!(short && session.audit) && (source.auditAt ?? at + everyMs) > at) return false;
  const there = session.there?.() ?? null;
  let audited = there && { ...there, missing: [] as readonly string[] };
  if (session.audit && cursor) {
    const covers = await ports.fingerprints.covers(lease.key);
    const own = covers.flatMap((one) => (one.startsWith(`${prefix}:`) ? one.slice(prefix.length + 1) : []));
    audited = await session.audit(cursor, { covers: own, known: run.known });
  }
  const before = found.messages;
  const missing = audited?.missing ?? [];
  if (missing.length > 0) await run.fetch(missing);
  const fetched = found.messages - before;
  const kept = audited && { at, says: audited.says, lists: audited.lists, missing: missing.length, fetched };
  // Announced before the audit is noted: if the process dies in between, the audit is made again.
  if (fetched > 0) {
    ports.metrics.missed.inc(fetched);
    const detail = `${fetched} of ${audited?.says ?? 0} messages had been missed and were received now`;
    await ports.bus.publish(alertRaised(lease.key, { code: "MESSAGES_MISSED", key: String(at), at, detail }));
  }
  await ports.sources.audited(lease, kept, at + everyMs);
  ports.logger.info({ mailbox: lease.key, ...kept }, "audited");
  return audited !== null && audited.lists >= audited.says;
}
