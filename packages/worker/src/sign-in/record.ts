import type { Evidence } from "@mailfleet/contracts";

/** What is known of the credentials of one direction of a profile, over all processes. */
export interface SignInRecord {
  readonly _id: string;
  /** Raised by each change: a change is written only over the version that it was decided on. */
  readonly v: number;
  /** Names credentials and server without telling them. What is known of others counts no more. */
  readonly credential: string;
  /** Who signs in at the moment, so that the others wait. */
  readonly trying: { readonly by: string; readonly until: number } | null;
  readonly workedAt: number | null;
  readonly refused: Refusal | null;
  /** People were told that they are refused. */
  readonly told: boolean;
}

/** How the credentials were refused since they worked last. */
export interface Refusal {
  readonly at: number;
  readonly times: number;
  /** Mailboxes for which they were: all where each has a user name of its own, else one. */
  readonly mailboxes: readonly string[];
  readonly evidence: Evidence;
}

/** One sign-in. */
export interface Asking {
  readonly credential: string;
  readonly by: string;
  readonly now: number;
  readonly mailbox: string;
  /** One deadline for connecting and signing in. */
  readonly connectionTimeoutMs: number;
  /** So many mailboxes must be refused before the credentials are: more than one where each has a user name of its own. */
  readonly mailboxes: number;
  /** A person asked for it: `test` of a mailbox, or `connection` of the profile. */
  readonly asked: "test" | "connection" | null;
}

/** What may be done. */
export type Leave =
  | { readonly is: "go"; readonly next?: SignInRecord }
  | { readonly is: "wait" }
  | { readonly is: "refused"; readonly refusal: Refusal; readonly retryAfterMs?: number };

/** As long as this after a success nobody goes first, milliseconds. */
const trustedMs = 60_000;
/** A server that only was overloaded, or that somebody repaired, is asked once more after this. */
const againMs = 60_000;
/** After so many mailboxes that were refused none is tried any more. */
const mostMailboxes = 100;
/** A process that died while it signed in gives way to the next: later than its connection timed out, but no later than this. */
const tryingMs = { margin: 5000, most: 45_000 };

/** Whether the credentials count as refused. */
export function isRefused({ refused }: SignInRecord, { mailboxes }: Pick<Asking, "mailboxes">): boolean {
  return refused !== null && refused.mailboxes.length >= mailboxes;
}

/** When this mailbox may try refused credentials once more, milliseconds from now; `undefined`: not by itself. */
export function triesAgainInMs({ at, times, mailboxes }: Refusal, asking: Asking): number | undefined {
  const isFirst = asking.mailboxes > 1 && mailboxes.length < mostMailboxes && !mailboxes.includes(asking.mailbox);
  return times < 2 || isFirst ? Math.max(0, at + againMs - asking.now) : undefined;
}

/**
 * Credentials that have just worked are used by all at once. Others are tried by one at a time; refused ones by nobody,
 * but after a minute once more, by each mailbox with a user name of its own that was not refused yet, and if a person
 * asks; at once for a test of the profile.
 */
export function leaveFor(id: string, before: SignInRecord | null, asking: Asking): Leave {
  const { credential, by, now, asked } = asking;
  const fresh: SignInRecord = {
    ...{ _id: id, credential, trying: null, workedAt: null, refused: null },
    // A record that was forgotten may have been told.
    ...{ v: before?.v ?? 0, told: before?.told ?? true },
  };
  const record = before?.credential === credential ? before : fresh;
  const { refused, workedAt, trying } = record;
  if (trying && trying.until > now) return { is: "wait" };
  if (refused && isRefused(record, asking)) {
    const retryAfterMs = triesAgainInMs(refused, asking);
    const isLater = now - refused.at >= againMs;
    const again = asked === "connection" || retryAfterMs === 0 || (isLater && asked !== null);
    if (!again) return { is: "refused", refusal: refused, ...(retryAfterMs !== undefined && { retryAfterMs }) };
  } else if (workedAt !== null && refused === null && now - workedAt < trustedMs) return { is: "go" };
  const holdsMs = Math.min(asking.connectionTimeoutMs + tryingMs.margin, tryingMs.most);
  return { is: "go", next: { ...record, trying: { by, until: now + holdsMs } } };
}

/** How a sign-in ended; `null`: it came to no answer. */
export type Ended = { readonly is: "worked" } | { readonly is: "refused"; readonly evidence: Evidence } | null;

/** The record after a sign-in; `null`: nothing is to be written. */
export function afterwards(before: SignInRecord | null, asking: Asking, ended: Ended): SignInRecord | null {
  const { credential, by, now, mailbox } = asking;
  if (before?.credential !== credential) return null;
  const trying = before.trying?.by === by ? null : before.trying;
  if (ended === null) return trying === before.trying ? null : { ...before, trying };
  if (ended.is === "worked") {
    const isNews = trying !== before.trying || before.refused || now - (before.workedAt ?? 0) > trustedMs / 2;
    return isNews ? { ...before, trying, workedAt: now, refused: null } : null;
  }
  const { times = 0, mailboxes = [], at = 0 } = before.refused ?? {};
  // Those that were under way together count once.
  const isAnother = times === 0 || now - at >= againMs;
  // One that tries again does not hold up those that have not tried.
  const isRepeated = isAnother && asking.mailboxes > 1 && mailboxes.includes(mailbox);
  const named = [...new Set([...mailboxes, mailbox])].slice(0, asking.mailboxes > 1 ? mostMailboxes : 1);
  return {
    ...before,
    trying,
    // It is said again with each refusal, also if this process dies before it says so.
    told: before.told && named.length < asking.mailboxes,
    refused: {
      ...{ at: isRepeated ? at : now, times: times + Number(isAnother), mailboxes: named },
      evidence: ended.evidence,
    },
  };
}
