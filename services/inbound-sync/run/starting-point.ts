import type { Cursor, InboundSession, SourceIdentity } from "@mailfleet/connector-api";
import type { AlertCode } from "@mailfleet/contracts";
import type { InboundPorts } from "../ports.ts";
import { alertRaised, occasionOf } from "../source/alerts.ts";
import type { SourceDocument } from "../source/document.ts";
import type { Names } from "../source/names-store.ts";
import type { SetAside } from "../source/set-aside.ts";
import type { ReceiveRun } from "./receive-run.ts";

/** Where a run goes on. */
export interface StartingPoint {
  readonly cursor: Cursor | null;
  readonly aside: readonly SetAside[];
  /** Goes before native ids in the keys of messages: empty, or what tells this source from the ones before. */
  readonly prefix: string;
  /** Everything is read again, and what was handed over before is not handed over again. */
  readonly comparing: boolean;
  /** Until when the source before this one was read; `null`: there was none. */
  readonly movedAt: number | null;
}

/** How long older mail may still arrive from the old server, or in a restored inbox. */
const migrationMs = 14 * 86_400_000;

/** What has changed about the source, and the alert that says so. */
const changes = {
  numbering: "UIDVALIDITY_CHANGED",
  account: "SOURCE_CHANGED",
  host: "SOURCE_CHANGED",
  restored: "SOURCE_RESTORED",
} as const satisfies Record<string, AlertCode>;

/**
 * Where to go on. A cursor is good for the source that it was made for: another one is read from its beginning and
 * compared with what was handed over. The last message tells whether an account or host only has another name, and
 * whether the inbox was restored or replaced under the same one.
 */
export async function startingPoint(
  ports: Pick<InboundPorts, "bus" | "sources" | "names" | "now">,
  { session, lease, source }: Pick<ReceiveRun, "session" | "lease" | "source">,
): Promise<StartingPoint> {
  const { cursor = null, identity, epoch = 0, setAside = [], comparing = false, movedAt = null } = source;
  const changed = cursor !== null && identity ? await changeOf(session, identity, cursor) : null;
  if (changed === null) {
    if (!isSameSource(identity, session.source)) await ports.sources.named(lease, session.source);
    return { cursor, aside: setAside, prefix: prefixOf(epoch), comparing, movedAt };
  }
  const moved = changed === "account" || changed === "host";
  // Names of another account may be the same by chance. Those of the same account on another host are its own, if what
  // it lists says so; else they would stand for mail that lies on the old host.
  const forgetNames = changed === "account" || (moved && !session.listed);
  const anew = { code: changes[changed], moved, forgetNames, comparedFor: changed === "numbering" ? 0 : migrationMs };
  const movedNow = await startOver(ports, { session, lease, source }, anew);
  return { cursor: null, aside: [], prefix: prefixOf(epoch + 1), comparing: true, movedAt: movedNow ?? movedAt };
}

/**
 * True: the inbox has other names for everything that it had, as where Exchange was restored or moved to another database,
 * and the next run begins anew. Asked where everything was listed because the server no longer knew what had changed.
 */
export async function startOverIfRenewed(
  ports: Pick<InboundPorts, "bus" | "sources" | "names" | "now">,
  run: Pick<ReceiveRun, "session" | "lease" | "source">,
  names: Pick<Names, "has">,
): Promise<boolean> {
  const listed = run.session.inInbox?.() ?? [];
  if (listed.length === 0 || listed.some((name) => names.has(name))) return false;
  const anew = { code: "SOURCE_RESTORED", moved: true, forgetNames: true, comparedFor: migrationMs } as const;
  await startOver(ports, run, anew);
  return true;
}

/** What came to this source later was never handed over from it; `now` where nothing is known of its readings. */
export function readUntil({ listedAt = 0, found }: Pick<SourceDocument, "listedAt" | "found">, now: number): number {
  return Math.min(now, Math.max(listedAt, found?.at ?? 0) || now);
}

/** Another source, or the same one made anew. The answer: until when the one before was read, if it was moved. */
async function startOver(
  ports: Pick<InboundPorts, "bus" | "sources" | "names" | "now">,
  { session, lease, source }: Pick<ReceiveRun, "session" | "lease" | "source">,
  given: {
    readonly code: AlertCode;
    readonly moved: boolean;
    readonly forgetNames: boolean;
    /** Any other source may use the same names for other messages. */
    readonly comparedFor: number;
  },
): Promise<number | null> {
  const { cursor = null, identity, epoch = 0 } = source;
  const at = ports.now();
  const detail = `${shown(identity)} before, ${shown(session.source)} now`;
  const key = `${epoch}:${occasionOf(cursor)}`;
  await ports.bus.publish(alertRaised(lease.key, { code: given.code, key, at, detail }));
  if (given.forgetNames) await ports.names.remove(lease.key);
  const comparingUntil = given.comparedFor === 0 ? 0 : at + given.comparedFor;
  const movedAt = given.moved ? readUntil(source, at) : null;
  await ports.sources.startOver(lease, session.source, { epoch: epoch + 1, comparingUntil, movedAt });
  return movedAt;
}

async function changeOf(
  session: InboundSession,
  before: SourceIdentity,
  cursor: Cursor,
): Promise<keyof typeof changes | null> {
  const { source: now } = session;
  const named = before.account === now.account && before.host === now.host;
  // Another protocol is at another port, and numbers nothing, or did not.
  if (before.numbering !== now.numbering)
    return named ? "numbering" : before.account === now.account ? "host" : "account";
  if (before.mailbox && now.mailbox && before.mailbox !== now.mailbox) return "restored";
  const last = (await session.recognises?.(cursor)) ?? "unknown";
  if (named) return last === "another" ? "restored" : null;
  if (last === "same") return null;
  return before.account === now.account ? "host" : "account";
}

/** Letters sort behind the digits with which native ids begin. */
const prefixOf = (epoch: number) => (epoch === 0 ? "" : `e${String(epoch).padStart(3, "0")}-`);

/** True: both are called alike in every way. */
export function isSameSource(one: SourceIdentity | undefined, other: SourceIdentity): boolean {
  return (["account", "host", "numbering", "mailbox"] as const).every((fact) => one?.[fact] === other[fact]);
}

const shown = (source: SourceIdentity | undefined) =>
  source
    ? `${source.account} at ${source.host}${source.numbering ? `, numbering ${source.numbering}` : ""}`
    : "nothing";
