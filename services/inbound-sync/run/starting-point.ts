import type { Cursor, InboundSession, SourceIdentity } from "@mailfleet/connector-api";
import type { AlertCode } from "@mailfleet/contracts";
import type { InboundPorts } from "../ports.ts";
import { alertRaised } from "../source/alerts.ts";
import type { SourceDocument } from "../source/document.ts";
import type { SetAside } from "../source/set-aside.ts";
import type { SourceLease } from "../source/store.ts";

/** Where a run goes on. */
export interface StartingPoint {
  readonly cursor: Cursor | null;
  readonly aside: readonly SetAside[];
  /** Goes before native ids in the keys of messages: empty, or what tells this source from the ones before. */
  readonly prefix: string;
  /** Everything is read again, and what was handed over before is not handed over again. */
  readonly comparing: boolean;
}

/**
 * Where to go on. A cursor is good for the source that it was made for: another one is read from its beginning and
 * compared with what was handed over. An account or host that only has another name is recognised by its last message.
 */
export async function startingPoint(
  ports: InboundPorts,
  {
    session,
    lease,
    source,
  }: { readonly session: InboundSession; readonly lease: SourceLease; readonly source: SourceDocument },
): Promise<StartingPoint> {
  const { cursor = null, identity, epoch = 0, setAside = [], comparing = false } = source;
  const changed = cursor !== null && identity ? await changeOf(identity) : null;
  if (changed === null) {
    if (!same(identity, session.source)) await ports.sources.named(lease, session.source);
    return { cursor, aside: setAside, prefix: prefixOf(epoch), comparing };
  }
  const detail = `${shown(identity)} before, ${shown(session.source)} now`;
  const code: AlertCode = changed === "numbering" ? "UIDVALIDITY_CHANGED" : "SOURCE_CHANGED";
  const key = Object.values(cursor ?? {}).join("-");
  await ports.bus.publish(alertRaised(lease.key, { code, key, at: ports.now(), detail }));
  // Identities of another account may be the same by chance; those of the same account on another host are its own.
  if (changed === "account") await ports.names.remove(lease.key);
  // A new numbering is part of the names already; another account or host may use the same names for other messages.
  const next = changed === "numbering" ? epoch : epoch + 1;
  await ports.sources.startOver(lease, session.source, next);
  return { cursor: null, aside: [], prefix: prefixOf(next), comparing: true };

  async function changeOf(before: SourceIdentity): Promise<"numbering" | "account" | "host" | null> {
    const { source: now } = session;
    if (before.numbering !== now.numbering) return "numbering";
    if (before.account === now.account && before.host === now.host) return null;
    if (cursor && (await session.recognises?.(cursor))) return null;
    return before.account === now.account ? "host" : "account";
  }
}

/** Letters sort behind the digits with which native ids begin. */
const prefixOf = (epoch: number) => (epoch === 0 ? "" : `e${String(epoch).padStart(3, "0")}-`);

function same(one: SourceIdentity | undefined, other: SourceIdentity): boolean {
  return one?.account === other.account && one.host === other.host && one.numbering === other.numbering;
}

const shown = (source: SourceIdentity | undefined) =>
  source
    ? `${source.account} at ${source.host}${source.numbering ? `, numbering ${source.numbering}` : ""}`
    : "nothing";
