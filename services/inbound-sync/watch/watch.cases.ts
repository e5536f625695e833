import type { Heard } from "./judge.ts";

/** What a watch heard, what a run found, and what follows, in seconds. */
export interface JudgeCase {
  readonly what: string;
  readonly heard: Heard;
  readonly found?: { readonly at: number; readonly after: number | null };
  readonly at: number;
  readonly verdict: "well" | "deaf" | "early";
}

const poll = { at: 600, after: 300 };

/** Whether a watch is deaf. */
export const judgeCases: readonly JudgeCase[] = [
  { what: "no run has found anything", heard: { openedAt: 10, heardAt: 0 }, at: 900, verdict: "well" },
  {
    what: "a poll found mail that was not told",
    heard: { openedAt: 10, heardAt: 0 },
    found: poll,
    at: 700,
    verdict: "deaf",
  },
  {
    what: "the same, a moment after the poll",
    heard: { openedAt: 10, heardAt: 0 },
    found: poll,
    at: 609,
    verdict: "early",
  },
  { what: "told before the poll", heard: { openedAt: 10, heardAt: 400 }, found: poll, at: 700, verdict: "well" },
  { what: "told only after the poll", heard: { openedAt: 10, heardAt: 605 }, found: poll, at: 700, verdict: "well" },
  {
    what: "the mail before this was told",
    heard: { openedAt: 10, heardAt: 299 },
    found: poll,
    at: 700,
    verdict: "deaf",
  },
  {
    what: "told while the run before was listing",
    heard: { openedAt: 10, heardAt: 301 },
    found: poll,
    at: 700,
    verdict: "well",
  },
  {
    what: "opened after the run before: the mail may be older",
    heard: { openedAt: 301, heardAt: 0 },
    found: poll,
    at: 700,
    verdict: "well",
  },
  { what: "opened anew since", heard: { openedAt: 650, heardAt: 0 }, found: poll, at: 700, verdict: "well" },
  {
    what: "the first run of all",
    heard: { openedAt: 10, heardAt: 0 },
    found: { at: 600, after: null },
    at: 700,
    verdict: "well",
  },
  {
    what: "two runs in a burst",
    heard: { openedAt: 10, heardAt: 299 },
    found: { at: 304, after: 300 },
    at: 700,
    verdict: "well",
  },
];

/** A failure by its code, how long the watch had lasted, how often in a row that was short, and the rest in seconds. */
export interface RestCase {
  readonly what: string;
  readonly code:
    | "CONNECTION_LOST"
    | "TOO_MANY_CONNECTIONS"
    | "AUTHENTICATION_REJECTED"
    | "RATE_LIMITED"
    | "PROTOCOL_ERROR"
    | "CONSENT_EXPIRED";
  readonly lastedS: number;
  readonly failures: number;
  readonly retryAfterS?: number;
  readonly restS: number;
  readonly failuresAfter: number;
  readonly crowded?: boolean;
}

/** When a watch that ended is opened again. */
export const restCases: readonly RestCase[] = [
  {
    what: "a server that ends it after half an hour",
    code: "CONNECTION_LOST",
    lastedS: 1800,
    failures: 0,
    restS: 0,
    failuresAfter: 0,
  },
  { what: "the same after failures", code: "CONNECTION_LOST", lastedS: 1800, failures: 4, restS: 0, failuresAfter: 0 },
  { what: "one that ends at once", code: "CONNECTION_LOST", lastedS: 3, failures: 0, restS: 15, failuresAfter: 1 },
  { what: "for the third time", code: "CONNECTION_LOST", lastedS: 3, failures: 2, restS: 60, failuresAfter: 3 },
  {
    what: "for the hundredth time",
    code: "CONNECTION_LOST",
    lastedS: 0,
    failures: 99,
    restS: 1800,
    failuresAfter: 100,
  },
  {
    what: "one connection too many",
    code: "TOO_MANY_CONNECTIONS",
    lastedS: 0,
    failures: 0,
    restS: 3600,
    failuresAfter: 0,
    crowded: true,
  },
  {
    what: "the same in the middle",
    code: "TOO_MANY_CONNECTIONS",
    lastedS: 1800,
    failures: 3,
    restS: 3600,
    failuresAfter: 0,
    crowded: true,
  },
  {
    what: "refused credentials are not tried again and again",
    code: "AUTHENTICATION_REJECTED",
    lastedS: 0,
    failures: 0,
    restS: 3600,
    failuresAfter: 1,
  },
  { what: "a consent that has ended", code: "CONSENT_EXPIRED", lastedS: 0, failures: 0, restS: 3600, failuresAfter: 1 },
  {
    what: "a server that names a longer time",
    code: "RATE_LIMITED",
    lastedS: 0,
    failures: 0,
    retryAfterS: 7200,
    restS: 7200,
    failuresAfter: 1,
  },
  {
    what: "a server that names a shorter one",
    code: "RATE_LIMITED",
    lastedS: 0,
    failures: 0,
    retryAfterS: 5,
    restS: 3600,
    failuresAfter: 1,
  },
];
