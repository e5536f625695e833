/** A message that is submitted in answer to another one. */
export interface LoopCase {
  readonly what: string;
  /** `<person@x>`: a person wrote it; `<absent@x>`: an absence note; others are not known. */
  readonly inReplyTo?: string;
  /** Composed as automatic, or ready made with this header. */
  readonly automatic?: true;
  readonly header?: string;
  /** Automatic answers that the same recipient, and another one, had before, and how many hours ago. */
  readonly before?: {
    readonly answers: number;
    readonly hoursAgo: number;
    readonly toAnother?: true;
    readonly byPerson?: true;
  };
  readonly refused: boolean;
}

/** What an automatic answer is refused for (RFC 3834 §2, and two that answer each other). */
export const loopCases: readonly LoopCase[] = [
  { what: "a person answers a person", inReplyTo: "<person@x>", refused: false },
  { what: "a person answers an absence note", inReplyTo: "<absent@x>", refused: false },
  { what: "a program answers a person", inReplyTo: "<person@x>", automatic: true, refused: false },
  { what: "a program answers an absence note", inReplyTo: "<absent@x>", automatic: true, refused: true },
  { what: "a program answers what is not here", inReplyTo: "<other@x>", automatic: true, refused: false },
  {
    what: "a program answers a message about which there is a report",
    inReplyTo: "<reported@x>",
    automatic: true,
    refused: false,
  },
  { what: "a program answers, and does not say what", automatic: true, refused: false },
  {
    what: "ready made: an absence note for an absence note",
    inReplyTo: "<absent@x>",
    header: "Auto-Submitted: auto-replied",
    refused: true,
  },
  { what: "ready made, of the old kind", inReplyTo: "<ABSENT@x>", header: "Precedence: auto_reply", refused: true },
  {
    what: "ready made: a notice that goes out by itself",
    inReplyTo: "<absent@x>",
    header: "Auto-Submitted: auto-generated",
    refused: false,
  },
  { what: "ready made: no program", inReplyTo: "<absent@x>", header: "Auto-Submitted: no", refused: false },
  { what: "the fifth in an hour", automatic: true, before: { answers: 4, hoursAgo: 0 }, refused: false },
  { what: "the sixth in an hour", automatic: true, before: { answers: 5, hoursAgo: 0 }, refused: true },
  { what: "the sixth, but by a person", before: { answers: 5, hoursAgo: 0 }, refused: false },
  {
    what: "the sixth, after five by persons",
    automatic: true,
    before: { answers: 5, hoursAgo: 0, byPerson: true },
    refused: false,
  },
  { what: "the sixth, after an hour", automatic: true, before: { answers: 5, hoursAgo: 2 }, refused: false },
  {
    what: "the first to somebody else",
    automatic: true,
    before: { answers: 5, hoursAgo: 0, toAnother: true },
    refused: false,
  },
];
