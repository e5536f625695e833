/** A server that takes a message and loses the link before it answers, and what is in the sent mail. */
export interface LookUpCase {
  readonly what: string;
  /** What it files, made from the message that it took. */
  readonly files: (raw: string) => readonly string[];
  /** Where it files it; the sent mail unless given. */
  readonly folder?: string;
  /** So many milliseconds after it took it. */
  readonly laterMs?: number;
  /** The pause before it is looked for once more; 400 unless given. */
  readonly lookAgainMs?: number;
  /** The pause before the message is sent again. */
  readonly retryMs?: number;
  /** It is held, and so found only when it is looked for again; a person was asked meanwhile. */
  readonly heldFirst?: true;
  /** Why the sent mail cannot be looked at. */
  readonly imap?: "none" | "closed" | "refused";
  readonly policy: "hold" | "resend";
  readonly state: "sent" | "uncertain";
  /** How often the server was handed the message. */
  readonly times: number;
}

const asItCame = (raw: string) => [raw];
const nothing = () => [];
const without = (field: string) => (raw: string) => [raw.replace(new RegExp(`^${field}:.*\r\n`, "im"), "")];
const another = (raw: string, n: number) => raw.replace(/^(message-id:\s*<|x-mailfleet-send:\s*)/gim, `$1other${n}`);

const policies = ["hold", "resend"] as const;

/** Found: sent, whatever the policy. */
const found: readonly LookUpCase[] = (
  [
    ["filed as it came", { files: asItCame }],
    // On a busy machine filing takes longer than 400 ms.
    ["filed a moment later", { files: asItCame, laterMs: 50, lookAgainMs: 4000 }],
    ["filed twice", { files: (raw) => [raw, raw] }],
    [
      "filed with another Message-ID",
      { files: (raw) => [raw.replace(/^message-id:.*\r\n/im, "Message-ID: <new@x>\r\n")] },
    ],
    ["filed without a Message-ID", { files: without("message-id") }],
    ["filed without our own field", { files: without("x-mailfleet-send") }],
    [
      "filed with its fields in small letters",
      { files: (raw) => [raw.replace(/^[\w-]+:/gm, (name) => name.toLowerCase())] },
    ],
    ["filed with a folded Message-ID", { files: (raw) => [raw.replace(/^message-id: */im, "Message-ID:\r\n ")] }],
    ["filed with line ends of its own", { files: (raw) => [raw.replaceAll("\r\n", "\n")] }],
    [
      "filed with fields of the server before it",
      { files: (raw) => [`Received: from x by y\r\nReturn-Path: <a@b>\r\n${raw}`] },
    ],
    ["filed among many others", { files: (raw) => [...Array.from({ length: 200 }, (_, n) => another(raw, n)), raw] }],
  ] satisfies [string, Pick<LookUpCase, "files" | "laterMs" | "lookAgainMs">][]
).flatMap(([what, more]) => policies.map((policy) => ({ what, ...more, policy, state: "sent" as const, times: 1 })));

/** Not found, or nobody can tell: the policy decides. */
const notFound: readonly LookUpCase[] = (
  [
    ["filed nowhere", { files: nothing }],
    ["filed in another folder", { files: asItCame, folder: "INBOX" }],
    ["filed is only another message", { files: (raw) => [another(raw, 1)] }],
    [
      "filed is only another send with the same Message-ID",
      { files: (raw) => [raw.replace(/^(x-mailfleet-send: ).*\r\n/im, "$1sn_another\r\n")] },
    ],
    ["no server to receive from", { files: asItCame, imap: "none" }],
    ["a server that is away", { files: asItCame, imap: "closed" }],
    ["a server that refuses the password", { files: asItCame, imap: "refused" }],
  ] satisfies [string, Pick<LookUpCase, "files" | "folder" | "imap">][]
).flatMap(([what, more]) => [
  { what, ...more, policy: "hold", state: "uncertain", times: 1 } as const,
  { what, ...more, policy: "resend", state: "sent", times: 2 } as const,
]);

export const lookUpCases: readonly LookUpCase[] = [
  ...found,
  ...notFound,
  {
    what: "filed after the policy had decided, before it is sent again",
    files: asItCame,
    laterMs: 900,
    retryMs: 1500,
    policy: "resend",
    state: "sent",
    times: 1,
  },
  {
    what: "filed when it is held already, before it is looked for again",
    files: asItCame,
    laterMs: 1200,
    heldFirst: true,
    policy: "hold",
    state: "sent",
    times: 1,
  },
  {
    what: "filed when it has been looked for again once",
    files: asItCame,
    laterMs: 3500,
    heldFirst: true,
    policy: "hold",
    state: "sent",
    times: 1,
  },
];

/** Graph's answer to a message was lost, and what it did before. */
export interface GraphLookUpCase {
  readonly what: string;
  /** `undefined`: it carried the request out, and its answer was lost. */
  readonly status?: number;
  readonly policy: "hold" | "resend";
  readonly state: "sent" | "uncertain";
  /** How often Graph took the message. */
  readonly times: number;
}

export const graphLookUpCases: readonly GraphLookUpCase[] = [
  ...policies.map(
    (policy) => ({ what: "filed by Graph, whose 202 was lost", policy, state: "sent", times: 1 }) as const,
  ),
  { what: "lost by a gateway before Graph", status: 502, policy: "hold", state: "uncertain", times: 0 },
  { what: "lost by a gateway before Graph", status: 502, policy: "resend", state: "sent", times: 1 },
];
