/** A sent message of a mailbox, what its server does with it, and how often it is among the sent mail afterwards. */
export interface SentCopyCase {
  readonly what: string;
  readonly sentCopy?: "server";
  /** What the server files by itself. */
  readonly files?: (raw: string) => readonly string[];
  /** What is answered to the message; taken unless given. */
  readonly answer?: "550 5.7.1 refused" | "drop";
  /** Of the recipients, refused. */
  readonly refuses?: string;
  /** Larger than what is kept in its send. */
  readonly large?: true;
  /** Why nothing can be filed at first; it can later where `mends`. */
  readonly imap?: "none" | "closed" | "refused";
  readonly mends?: true;
  /** The answer to the first copy is lost, or its process: nobody has written down that it is filed. */
  readonly lostOnce?: true;
  readonly state?: "failed" | "uncertain";
  readonly copies: 0 | 1 | 2;
  /** It is told that the copy is missing, once. */
  readonly told?: true;
}

export const sentCopyCases: readonly SentCopyCase[] = [
  { what: "the server files none", copies: 1 },
  { what: "the profile says that the server files it", sentCopy: "server", copies: 0 },
  { what: "the server files it, too", files: (raw) => [raw], copies: 1 },
  {
    what: "the server files it with another Message-ID",
    files: (raw) => [raw.replace(/^message-id:.*\r\n/im, "Message-ID: <new@x>\r\n")],
    copies: 1,
  },
  { what: "the server files it twice", files: (raw) => [raw, raw], copies: 2 },
  { what: "a large message", large: true, copies: 1 },
  { what: "a large message that the server files, too", large: true, files: (raw) => [raw], copies: 1 },
  { what: "one recipient is refused", refuses: "no@example.org", copies: 1 },
  { what: "the message is refused", answer: "550 5.7.1 refused", state: "failed", copies: 0 },
  { what: "its answer is lost, and it is not found", answer: "drop", state: "uncertain", copies: 0 },
  { what: "its answer is lost, and it is found", answer: "drop", files: (raw) => [raw], copies: 1 },
  { what: "the answer to the copy is lost", lostOnce: true, copies: 1 },
  { what: "the answer to a large copy is lost", large: true, lostOnce: true, copies: 1 },
  { what: "the mailbox does not receive", imap: "none", told: true, copies: 0 },
  { what: "the server for receiving is away", imap: "closed", told: true, copies: 0 },
  { what: "the password for receiving is refused", imap: "refused", told: true, copies: 0 },
  { what: "the mailbox receives later", imap: "none", mends: true, told: true, copies: 1 },
  { what: "the server for receiving comes back", imap: "closed", mends: true, told: true, copies: 1 },
  { what: "the password for receiving is mended", imap: "refused", mends: true, told: true, copies: 1 },
];
