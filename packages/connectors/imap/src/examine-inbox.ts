import { type Changes, countChanges } from "./count-changes.ts";
import type { Wire } from "./wire.ts";

/** The state of the inbox from which a server is to say what has changed. */
export interface Since {
  readonly uidValidity: number;
  readonly modSeq: string;
}

/** What a server says of the inbox when it opens it. */
export interface Opened {
  readonly exists: number;
  /** 0: it gave none, so nobody knows whether its UIDs last. */
  readonly uidValidity: number;
  /** Some servers have it wrong; 0: it gave none. */
  readonly uidNext: number;
  /** Names the mailbox whatever it is called (RFC 8474 §4.1); `null`: it has none. */
  readonly mailboxId: string | null;
  /**
   * HIGHESTMODSEQ, which is another one after each change (RFC 7162 §3.1.2.1); `null`: it gave none, or was not asked. A
   * number of 63 bits, only to be compared.
   */
  readonly modSeq: string | null;
  /** What has changed since; `null`: it was not asked, or said nothing that can be counted. */
  readonly changed: Changes | null;
}

/** What a server offers of RFC 7162, and its name. */
export interface Resync {
  readonly server: string;
  readonly qresync: boolean;
}

/** One way to open the inbox, the best first. `remember`: a server that refuses it is not asked so again for a day. */
interface Way {
  readonly command: string;
  readonly remember?: string;
}

const dayMs = 86_400_000;
const mostRemembered = 10_000;

/** Servers that offer an extension, and did not open the inbox with it: until when they are not asked for it. */
const without = new Map<string, number>();

function waysTo(resync: Resync | null, since: Since | null): readonly Way[] {
  const ways: readonly Way[] = [
    ...(resync?.qresync && since
      ? [
          {
            command: `EXAMINE INBOX (QRESYNC (${since.uidValidity} ${since.modSeq}))`,
            remember: `QRESYNC ${resync.server}`,
          },
        ]
      : []),
    ...(resync ? [{ command: "EXAMINE INBOX (CONDSTORE)", remember: `CONDSTORE ${resync.server}` }] : []),
    { command: "EXAMINE INBOX" },
    { command: "SELECT INBOX" },
  ];
  return ways.filter(({ remember }) => remember === undefined || (without.get(remember) ?? 0) <= Date.now());
}

function remember(key: string): void {
  if (without.size >= mostRemembered) without.clear();
  without.set(key, Date.now() + dayMs);
}

/**
 * Opens the inbox read-only (RFC 9051 §6.3.3), or with SELECT where EXAMINE is unknown. It needs no LIST before it:
 * INBOX is always called so (§5.1). `resync`: what the server offers of CONDSTORE and QRESYNC; one that refuses it, or
 * ends the connection, is not asked for it again for a day. `since`: with QRESYNC it also says what has changed. The first
 * commands are written before this returns.
 */
export async function examineInbox(wire: Wire, resync: Resync | null, since: Since | null = null): Promise<Opened> {
  const said = { uidValidity: 0, uidNext: 0, mailboxId: null as string | null, modSeq: null as string | null };
  const changes = countChanges();
  let changed: Changes | null = null;
  const hear = (line: string) => {
    changes.hear(line);
    const [, name = "", value] =
      /^\* OK \[(UIDVALIDITY|UIDNEXT|MAILBOXID|HIGHESTMODSEQ) \(?([^\])]{1,255})/i.exec(line) ?? [];
    if (value === undefined) return;
    if (/^MAILBOXID$/i.test(name)) said.mailboxId = value;
    else if (/^UIDNEXT$/i.test(name)) said.uidNext = Number(value) || 0;
    else if (/^HIGHESTMODSEQ$/i.test(name)) said.modSeq = /^[1-9]\d{0,18}$/.test(value) ? value : null;
    else said.uidValidity = Number(value) || 0;
  };
  const ways = waysTo(resync, since);
  for (const { command, remember: key } of ways) {
    const resyncs = key?.startsWith("QRESYNC") ?? false;
    try {
      // In the same flight: the server takes commands in order, and one that does not enable it refuses the next.
      if (resyncs) wire.ask("ENABLE QRESYNC", () => {}).catch(() => {});
      await wire.ask(command, hear);
      // Yahoo says it without CONDSTORE, and nobody knows what it means there.
      if (key === undefined) said.modSeq = null;
      if (resyncs) changed = changes.sum();
      break;
    } catch (error) {
      if (key !== undefined) remember(key);
      const status = (error as { responseStatus?: string }).responseStatus;
      const isLast = command === ways.at(-1)?.command;
      if (isLast || !(status === "BAD" || (status === "NO" && key !== undefined))) throw error;
    }
  }
  // Asked otherwise; a server without STATUS may refuse (RFC 9051 §6.3.11).
  if (said.uidValidity === 0)
    await wire
      .ask("STATUS INBOX (UIDVALIDITY)", (line) => {
        said.uidValidity = Number(/^\* STATUS .*\(UIDVALIDITY (\d{1,10})\)/i.exec(line)?.[1] ?? 0);
      })
      .catch(throwUnlessRefused);
  return { ...said, exists: wire.counts().exists, changed };
}

function throwUnlessRefused(error: unknown): void {
  if ((error as { responseStatus?: string }).responseStatus === undefined) throw error;
}
