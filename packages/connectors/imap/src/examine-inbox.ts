import type { Wire } from "./wire.ts";

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
}

/** How the inbox is asked for, the best first. */
const commands = ["EXAMINE INBOX (CONDSTORE)", "EXAMINE INBOX", "SELECT INBOX"] as const;
const dayMs = 86_400_000;
const mostRemembered = 10_000;

/** Servers that offer CONDSTORE, and did not open the inbox with it: until when they are not asked for it. */
const without = new Map<string, number>();

/**
 * Opens the inbox read-only (RFC 9051 §6.3.3), or with SELECT where EXAMINE is unknown. It needs no LIST before it:
 * INBOX is always called so (§5.1). `condstore`: the server's name, where it offers CONDSTORE; one that refuses it, or
 * ends the connection, is not asked for it again for a day. The first command is written before this returns.
 */
export async function examineInbox(wire: Wire, condstore: string | null): Promise<Opened> {
  const said = { uidValidity: 0, uidNext: 0, mailboxId: null as string | null, modSeq: null as string | null };
  const hear = (line: string) => {
    const [, name = "", value] =
      /^\* OK \[(UIDVALIDITY|UIDNEXT|MAILBOXID|HIGHESTMODSEQ) \(?([^\])]{1,255})/i.exec(line) ?? [];
    if (value === undefined) return;
    if (/^MAILBOXID$/i.test(name)) said.mailboxId = value;
    else if (/^UIDNEXT$/i.test(name)) said.uidNext = Number(value) || 0;
    else if (/^HIGHESTMODSEQ$/i.test(name)) said.modSeq = /^[1-9]\d{0,18}$/.test(value) ? value : null;
    else said.uidValidity = Number(value) || 0;
  };
  const asks = condstore !== null && (without.get(condstore) ?? 0) <= Date.now();
  for (const command of asks ? commands : commands.slice(1)) {
    const isPlain = command !== commands[0];
    try {
      await wire.ask(command, hear);
      // Yahoo says it without CONDSTORE, and nobody knows what it means there.
      if (isPlain) said.modSeq = null;
      break;
    } catch (error) {
      if (!isPlain && condstore !== null) {
        if (without.size >= mostRemembered) without.clear();
        without.set(condstore, Date.now() + dayMs);
      }
      const status = (error as { responseStatus?: string }).responseStatus;
      const isLast = command === commands.at(-1);
      if (isLast || !(status === "BAD" || (status === "NO" && !isPlain))) throw error;
    }
  }
  // Asked otherwise; a server without STATUS may refuse (RFC 9051 §6.3.11).
  if (said.uidValidity === 0)
    await wire
      .ask("STATUS INBOX (UIDVALIDITY)", (line) => {
        said.uidValidity = Number(/^\* STATUS .*\(UIDVALIDITY (\d{1,10})\)/i.exec(line)?.[1] ?? 0);
      })
      .catch(throwUnlessRefused);
  return { ...said, exists: wire.counts().exists };
}

function throwUnlessRefused(error: unknown): void {
  if ((error as { responseStatus?: string }).responseStatus === undefined) throw error;
}
