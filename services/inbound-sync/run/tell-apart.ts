import type { InboundSession } from "@mailfleet/connector-api";
import { fingerprintOf } from "../message/fingerprint-store.ts";
import type { Prepared } from "../message/prepare.ts";
import type { InboundPorts } from "../ports.ts";
import type { Names } from "../source/names-store.ts";

/**
 * Tells mail that was handed over before, under another name or from another source, from new mail, by what is
 * remembered of contents for as long as the mailbox lives. A copy of a message that still lies beside it under a name of
 * its own is new mail. The answer: those of a batch that were handed over before.
 */
export function createTellApart(
  { fingerprints }: Pick<InboundPorts, "fingerprints">,
  run: {
    mailboxId: string;
    session: InboundSession;
    names: Names | null;
    comparing: boolean;
    /** Names that another message may have now: what had them need not be there any more. */
    usedAgain: ReadonlySet<string>;
  },
): (prepared: readonly Prepared[]) => Promise<ReadonlySet<Prepared>> {
  const { mailboxId, session, names, comparing, usedAgain } = run;
  const nothing: ReadonlySet<Prepared> = new Set();
  /** How many copies of each content were handed over and have no other place at the server. */
  let away: Map<string, number> | null = null;

  async function load(): Promise<Map<string, number>> {
    const counts = await fingerprints.count(mailboxId);
    if (counts.size === 0) return counts;
    const here = (content: string | null) => {
      if (content !== null && counts.has(content)) counts.set(content, (counts.get(content) ?? 0) - 1);
    };
    // Where nothing is listed whole, everything that has a name is still there.
    if (names && session.listed)
      for (const name of session.listed()) if (!usedAgain.has(name)) here(names.contentOf(name));
    if (names && !session.listed) for (const content of names.contents()) here(content);
    return counts;
  }

  return async (prepared) => {
    if ((!names && !comparing) || !prepared.some(({ is }) => is === "mail")) return nothing;
    away ??= await load();
    const counts = away;
    const before = prepared.filter((one) => {
      if (one.is !== "mail") return false;
      const content = fingerprintOf(one.message);
      const had = names?.contentOf(one.name) ?? null;
      if (had !== null && (had === content || hadHeader(one))) {
        if (usedAgain.has(one.name)) counts.set(had, (counts.get(had) ?? 1) - 1);
        return true;
      }
      const copies = counts.get(content) ?? 0;
      if (copies > 0) counts.set(content, copies - 1);
      return copies > 0;
    });
    return new Set(before);
  };

  function hadHeader({ name, fetched: { digest } }: Prepared): boolean {
    return digest !== undefined && names?.hadHeader(name, digest) === true;
  }
}
