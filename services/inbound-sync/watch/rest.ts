import type { Failure } from "@mailfleet/contracts";

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

/** A watch that lasted this long worked well: what ended it says nothing about the next one. */
const wellMs = minute;

/** The server counts watches, too: they give way to polls. */
export const tooMany = "TOO_MANY_CONNECTIONS";

/** What keeps a mailbox from being watched, other than a failure. */
export const restReasons = {
  "switched-off": { why: "the profile wants no watches", restMs: 10 * minute, crowded: true },
  "no-such-thing": { why: "the protocol says nothing by itself", restMs: 24 * hour },
  "not-offered": { why: "the server does not offer IDLE", restMs: hour },
  "too-few-connections": { why: "the profile allows too few connections for one that only waits", restMs: hour },
  "no-connection-free": { why: "no connection was free for a watch", restMs: minute },
  "not-now": { why: "the mailbox does not run at the moment", restMs: 5 * second },
} as const;
export type RestReason = keyof typeof restReasons;

/** How long until the next try, by the kind of failure; the n-th in a row doubles it, up to `most`. */
const rests: Readonly<Record<Failure["kind"], { readonly first: number; readonly most: number }>> = {
  transient: { first: 15 * second, most: 30 * minute },
  throttled: { first: hour, most: hour },
  // The poll finds the same, and tells the machine: a second sign-in with refused credentials only locks accounts.
  auth: { first: hour, most: hour },
  consent: { first: hour, most: hour },
  permanent: { first: hour, most: hour },
  message: { first: hour, most: hour },
  bug: { first: hour, most: hour },
};

/** What follows the end of a watch, or of the attempt to open it (`lastedMs` 0). */
export function restAfter(
  failure: Failure,
  { lastedMs, failures }: { readonly lastedMs: number; readonly failures: number },
): { readonly restMs: number; readonly failures: number; readonly crowded?: boolean } {
  if (failure.code === tooMany) return { restMs: hour, failures: 0, crowded: true };
  if (lastedMs >= wellMs && failure.kind === "transient") return { restMs: 0, failures: 0 };
  const { first, most } = rests[failure.kind];
  const restMs = Math.max(failure.retryAfterMs ?? 0, Math.min(most, first * 2 ** failures));
  return { restMs, failures: failures + 1 };
}

/** Why a watch must give way after a poll, whichever process has it; `null`: it need not. */
export function givesWay(
  wanted: boolean,
  failure: Pick<Failure, "code" | "evidence"> | null,
): { readonly why: string; readonly restMs: number } | null {
  if (!wanted) return restReasons["switched-off"];
  if (failure?.code !== tooMany) return null;
  return { why: `a poll was refused: ${failure.evidence?.reply ?? "too many connections"}`, restMs: hour };
}
