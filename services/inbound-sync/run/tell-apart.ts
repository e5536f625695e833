import type { InboundSession } from "@mailfleet/connector-api";
import { fingerprintOf, likenessesOf } from "../message/fingerprint-store.ts";
import type { Prepared } from "../message/prepare.ts";
import type { InboundPorts } from "../ports.ts";
import type { Names } from "../source/names-store.ts";

/** Clocks of two servers may differ by so much. */
const clocksDifferMs = 600_000;

/** Mail that was handed over before: for each, the fingerprint that is remembered of it. */
export type Known = ReadonlyMap<Prepared, string>;

/**
 * Tells mail that was handed over before, under another name or from another source, from new mail, by what is
 * remembered of contents for as long as the mailbox lives. A copy of a message that still lies beside it under a name of
 * its own is new mail. Where the mailbox was moved, servers may have written what they had anew: then a message that came
 * before is also known by its likeness.
 */
export function createTellApart(
  { fingerprints }: Pick<InboundPorts, "fingerprints">,
  run: {
    mailboxId: string;
    session: Pick<InboundSession, "listed">;
    names: Names | null;
    comparing: boolean;
    /** Until when the source before this one was read; `null`: the mailbox was not moved. */
    movedAt: number | null;
    /** Names that another message may have now: what had them need not be there any more. */
    usedAgain: ReadonlySet<string>;
  },
): (prepared: readonly Prepared[]) => Promise<Known> {
  const { mailboxId, session, names, comparing, movedAt, usedAgain } = run;
  const nothing: Known = new Map();
  /** How many copies of each content were handed over and have no other place at the server. */
  let away: Map<string, number> | null = null;
  /** By likeness, the contents that were handed over. */
  let alike: ReadonlyMap<string, ReadonlySet<string>> = new Map();

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
    if (away === null && movedAt !== null) alike = await fingerprints.alike(mailboxId);
    away ??= await load();
    const counts = away;
    const take = (content: string) => {
      const copies = counts.get(content) ?? 0;
      if (copies > 0) counts.set(content, copies - 1);
      return copies > 0;
    };
    const known = new Map<Prepared, string>();
    // Contents first: of two messages that are alike each finds its own.
    for (const one of prepared) {
      if (one.is !== "mail") continue;
      const content = fingerprintOf(one.message);
      const had = names?.contentOf(one.name) ?? null;
      if (had !== null && (had === content || hadHeader(one))) {
        if (usedAgain.has(one.name)) counts.set(had, (counts.get(had) ?? 1) - 1);
        known.set(one, content);
      } else if (take(content)) known.set(one, content);
    }
    for (const one of prepared) {
      if (one.is !== "mail" || known.has(one) || !cameBefore(one)) continue;
      const content = likenessesOf(one.message)
        .flatMap((likeness) => [...(alike.get(likeness) ?? [])])
        .find(take);
      if (content !== undefined) known.set(one, content);
    }
    return known;
  };

  /** What came after the last reading was never handed over from where the mailbox was before. */
  function cameBefore({ fetched: { receivedAt } }: Prepared): boolean {
    return movedAt !== null && receivedAt < movedAt + clocksDifferMs;
  }

  function hadHeader({ name, fetched: { digest } }: Prepared): boolean {
    return digest !== undefined && names?.hadHeader(name, digest) === true;
  }
}
