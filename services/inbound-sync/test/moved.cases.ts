/** One message of a mailbox that moves, as it lies at the server before and at the one after. */
export interface MovedMail {
  readonly what: string;
  /** Header fields beside From, To and Subject; the subject is the case's number. */
  readonly fields: readonly string[];
  /** When the servers took it in, seconds before the move; negative: after it. */
  readonly came: number;
  /** Fields that only the copy at the new server has. */
  readonly anew?: readonly string[];
  /**
   * `both`: handed over before the move. `new`: only the new server ever had it in the inbox. `archived`: handed over, and
   * then moved out of the inbox. `copied`: twice in the inbox of both.
   */
  readonly lies: "both" | "new" | "archived" | "copied";
  /** How often it is handed over in the end. */
  readonly received: number;
}

const date = (second: number) => `Date: Thu, 1 Jan 2026 10:00:${String(second).padStart(2, "0")} +0000`;

/** What may lie in a mailbox that moves between servers which write each message anew. */
export const movedMail: readonly MovedMail[] = [
  {
    what: "an ordinary message",
    fields: ["Message-ID: <1@x>", date(1)],
    came: 3600,
    lies: "both",
    received: 1,
  },
  {
    what: "a message without Message-ID",
    fields: [date(2)],
    came: 3599,
    lies: "both",
    received: 1,
  },
  {
    what: "a message with the Message-ID of another one",
    fields: ["Message-ID: <1@x>", date(3)],
    came: 3598,
    lies: "both",
    received: 1,
  },
  {
    what: "another one with that Message-ID that only the new server has",
    fields: ["Message-ID: <1@x>", date(4)],
    came: 3597,
    lies: "new",
    received: 1,
  },
  {
    what: "two copies side by side, by two ways",
    fields: ["Message-ID: <5@x>", date(5)],
    came: 3596,
    lies: "copied",
    received: 2,
  },
  {
    what: "a message that was archived, and is put back into the inbox after the move",
    fields: ["Message-ID: <6@x>", date(6)],
    came: 3595,
    lies: "archived",
    received: 1,
  },
  {
    what: "a message that the old server had not given yet when the mailbox moved",
    fields: ["Message-ID: <7@x>", date(7)],
    came: 5,
    lies: "new",
    received: 1,
  },
  {
    what: "a message that comes after the move",
    fields: ["Message-ID: <8@x>", date(8)],
    came: -60,
    lies: "new",
    received: 1,
  },
  {
    what: "the date in another time zone, and fields that the new server has added",
    fields: ["Message-ID: <9@x>", "Date: Thu, 1 Jan 2026 10:00:09 +0000"],
    anew: ["Date: Thu, 1 Jan 2026 11:00:09 +0100", "X-MS-Exchange-Organization-AuthSource: x"],
    came: 3594,
    lies: "both",
    received: 1,
  },
  {
    what: "a message without Message-ID and date, for which the new server makes both",
    fields: ["X-Scanner: 1"],
    anew: ["Message-ID: <10@prod.outlook.com>", "Date: Thu, 1 Jan 2026 10:00:10 +0000"],
    came: 3593,
    lies: "both",
    received: 1,
  },
  {
    what: "a copy of an ordinary message that a mailing list sends after the move",
    fields: ["Message-ID: <1@x>", date(1), "List-Id: <x>"],
    came: -60,
    lies: "new",
    received: 1,
  },
  {
    what: "a message without a date, whose sender gives each the same Message-ID; it was archived",
    fields: ["Message-ID: <daily@x>"],
    came: 3592,
    lies: "archived",
    received: 1,
  },
  {
    what: "the next one of that sender, which only the new server has",
    fields: ["Message-ID: <daily@x>"],
    came: 4,
    lies: "new",
    received: 1,
  },
];
