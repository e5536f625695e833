import { LimitReached, limitHeaders, type RateLimit } from "../http/rate-limit.ts";

/** Sign-ins that may be begun for one mailbox within a minute. */
const mostPerMinute = 20;
const minuteMs = 60_000;
/** Above this many mailboxes and addresses those that were quiet for a minute are forgotten. */
const sweepAbove = 1000;

/**
 * Counts the sign-ins begun per mailbox, in this process: a person needs few, and each costs a state that is kept, or a question to
 * a provider. Only call `take` with ids of mailboxes that exist, or addresses that connected: that bounds what is kept.
 */
export function createSignInLimit(now: () => number) {
  const begun = new Map<string, number[]>();
  const recent = (times: readonly number[], at: number) => times.filter((time) => at - time < minuteMs);
  return {
    /** Says as headers what is left. @throws TOO_MANY when the mailbox, or who is named by `by`, has had its twenty, or `most`, of the last minute. */
    take: (key: string, { most = mostPerMinute, by = "for this mailbox" } = {}) => {
      const at = now();
      if (begun.size > sweepAbove)
        for (const [id, times] of begun) if (recent(times, at).length === 0) begun.delete(id);
      const times = recent(begun.get(key) ?? [], at);
      const limit: RateLimit = { name: "sign-ins", quota: most, windowSeconds: minuteMs / 1000 };
      if (times.length >= most)
        throw new LimitReached(`Too many sign-ins were begun ${by} within a minute.`, limit, {
          againInMs: (times[0] ?? at) + minuteMs - at,
          remedy: "Wait a minute and try again.",
        });
      begun.set(key, [...times, at]);
      return limitHeaders(limit, most - times.length - 1);
    },
  };
}
export type SignInLimit = ReturnType<typeof createSignInLimit>;
