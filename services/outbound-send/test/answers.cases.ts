/** A message that came in, and the send that it answers. */
export interface AnswerCase {
  readonly what: string;
  /** Names of sends; those of `elsewhere` are another mailbox's. */
  readonly sends: readonly string[];
  readonly elsewhere?: readonly string[];
  /** What it names, the nearest first: a send as `a`, or a Message-ID. */
  readonly names: readonly string[];
  /** kim@example.net if absent. */
  readonly from?: string | null;
  /** `null`: none. */
  readonly tied: string | null;
}

/** Which send a message answers (RFC 5322 §3.6.4). */
export const answerCases: readonly AnswerCase[] = [
  { what: "the one that it names", sends: ["a", "b"], names: ["b"], tied: "b" },
  { what: "the nearest of two", sends: ["a", "b"], names: ["b", "a"], tied: "b" },
  { what: "the nearest that is a send", sends: ["a", "b"], names: ["<other@example.net>", "a", "b"], tied: "a" },
  { what: "in other letters", sends: ["a"], names: ["<ANSWER-A@Example.org>"], tied: "a" },
  { what: "of a sender who cannot be read", sends: ["a"], names: ["a"], from: null, tied: "a" },
  { what: "none that it names", sends: ["a"], names: ["<other@example.net>"], tied: null },
  { what: "none, as it names nothing", sends: ["a"], names: [], tied: null },
  { what: "none of its own mailbox", sends: ["a"], elsewhere: ["b"], names: ["b"], tied: null },
  { what: "its own mailbox's, after another one's", sends: ["a"], elsewhere: ["b"], names: ["b", "a"], tied: "a" },
  { what: "what the mailbox itself goes on with", sends: ["a"], names: ["a"], from: "A@example.org", tied: null },
];
