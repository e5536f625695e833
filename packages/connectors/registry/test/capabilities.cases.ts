/** What a server offers, by the moment at which it is asked; `null`: it refuses to say. */
export interface Offers {
  /** In the clear, where the connection is secured later. */
  readonly before?: readonly string[];
  readonly first: readonly string[] | null;
  /** To those who have signed in. */
  readonly signedIn: readonly string[] | null;
}

/** A server whose capabilities change, and how a session works at it. It has three messages. */
export interface CapabilityCase {
  readonly what: string;
  readonly protocol: "imap" | "pop3";
  readonly offers: Offers;
  /** Where an IMAP server says what it offers to those who have signed in; absent: where it is asked. */
  readonly unasked?: "tagged" | "untagged";
  /** What somebody said in the clear together with the consent to the handshake. */
  readonly withConsent?: string;
  /** Lines that it hears behind the handshake, among others, in this order. */
  readonly heard?: readonly RegExp[];
  /** In all the lines that it hears. */
  readonly never?: RegExp;
  /** How many commands come before the last one was answered: at least, at most. */
  readonly together?: readonly [number, number];
  /** Of commands that come together it answers the first: one session ends with its silence, and the next one works. */
  readonly drops?: true;
  /** What a test says at its end. */
  readonly words?: RegExp;
}

const usual = ["TOP", "UIDL", "USER", "PIPELINING", "SASL PLAIN"];
const without = (...names: string[]) => usual.filter((name) => !names.includes(name));
const pop3 = (
  what: string,
  signedIn: Offers["signedIn"],
  more: Partial<CapabilityCase> = {},
  first: Offers["first"] = usual,
) => ({ what, protocol: "pop3", offers: { first, signedIn }, ...more }) as const;
/** CAPA, LIST, UIDL and STAT came together in the first session, and nothing in the next one. */
const dropping = { drops: true, together: [3, 3], heard: [/^RETR 3/] } as const;

/** Capabilities of POP3 (RFC 2449 §5: they may differ by state). */
export const capabilitiesOfPop3: readonly CapabilityCase[] = [
  pop3("the same before and after", usual, { heard: [/^TOP 1 0/], together: [6, 99] }),
  pop3("TOP and UIDL come with the sign-in", usual, { heard: [/^TOP 1 0/, /^RETR 1/] }, ["USER"]),
  pop3("TOP goes away with the sign-in", without("TOP"), { never: /^TOP/m, heard: [/^RETR 1/] }),
  pop3("UIDL goes away with the sign-in", without("UIDL"), { heard: [/^TOP 1 0/] }),
  pop3("everything goes away with the sign-in", [], { never: /^TOP/m, heard: [/^RETR 1/] }),
  pop3("PIPELINING goes away: only what went with the question came together", without("PIPELINING"), {
    together: [0, 3],
    heard: [/^RETR 3/],
  }),
  pop3("PIPELINING comes with the sign-in", usual, { together: [4, 99] }, without("PIPELINING")),
  pop3("PIPELINING is promised, and what comes behind the first command is dropped", usual, dropping),
  pop3("what comes behind the first command is dropped, and PIPELINING goes away", without("PIPELINING"), dropping),
  pop3("what comes behind the first command is dropped, and it does not say it a second time", null, dropping),
  pop3("it does not say it a second time", null, { heard: [/^TOP 1 0/], together: [6, 99] }),
  pop3("it says nothing at first", usual, { together: [0, 0] }, null),
  pop3("capabilities in small letters, come with AUTH", ["top", "uidl"], { heard: [/^AUTH PLAIN/, /^TOP 1 0/] }, [
    "SASL PLAIN",
  ]),
  pop3("LOGIN-DELAY comes with the sign-in", [...usual, "LOGIN-DELAY 900"], { words: /wants 900 s between two/ }),
  pop3("LOGIN-DELAY differs by user, and there is none for this one", usual, { words: /^3 messages in the inbox$/ }, [
    ...usual,
    "LOGIN-DELAY 900 USER",
  ]),
  pop3("EXPIRE comes with the sign-in", [...usual, "EXPIRE 7"], {
    words: /keeps what was fetched for 7 days/,
    heard: [/^RETR 3/, /^QUIT/],
  }),
  pop3("EXPIRE NEVER", [...usual, "EXPIRE NEVER"], { words: /^3 messages in the inbox$/, heard: [/^QUIT/] }),
  pop3("EXPIRE 0: QUIT would delete what nobody may have stored", [...usual, "EXPIRE 0"], {
    heard: [/^RETR 3/],
    never: /^QUIT/m,
  }),
  pop3("EXPIRE 0 goes away with the sign-in", usual, { heard: [/^RETR 3/, /^QUIT/] }, [...usual, "EXPIRE 0 USER"]),
  {
    what: "behind STLS it says nothing: what it said in the clear is void",
    protocol: "pop3",
    offers: { before: ["STLS", ...usual], first: null, signedIn: null },
    heard: [/^USER/],
    never: /^AUTH/m,
    together: [0, 0],
  },
  {
    what: "behind STLS there is no SASL any more",
    protocol: "pop3",
    offers: { before: ["STLS", "SASL PLAIN"], first: ["USER", "TOP"], signedIn: ["TOP"] },
    heard: [/^CAPA/, /^USER/, /^PASS/, /^CAPA/],
    never: /^AUTH/m,
  },
  {
    what: "behind STLS there is no USER any more",
    protocol: "pop3",
    offers: { before: ["STLS", "USER"], first: ["SASL PLAIN"], signedIn: usual },
    heard: [/^AUTH PLAIN/, /^TOP 1 0/],
    never: /^USER/m,
  },
];

const imap = (what: string, offers: Offers, more: Partial<CapabilityCase> = {}) =>
  ({ what, protocol: "imap", offers, ...more }) as const;
const changes = (["tagged", "untagged", undefined] as const).flatMap((unasked) => {
  const where = unasked === undefined ? "where it is asked" : `in the ${unasked} answer to the sign-in`;
  const said = unasked === undefined ? {} : { unasked };
  return [
    imap(
      `ID comes with the sign-in, ${where}`,
      { first: [], signedIn: ["ID"] },
      { ...said, heard: [/ LOGIN /, / ID /] },
    ),
    imap(
      `ID goes away with the sign-in, ${where}`,
      { first: ["ID"], signedIn: [] },
      { ...said, never: / LOGIN [\s\S]* ID / },
    ),
  ];
});

/** Capabilities of IMAP (RFC 9051 §6.1.1, §6.2.1). */
export const capabilitiesOfImap: readonly CapabilityCase[] = [
  ...changes,
  imap(
    "behind STARTTLS there is no AUTH any more",
    { before: ["STARTTLS", "AUTH=PLAIN"], first: [], signedIn: [] },
    { heard: [/ CAPABILITY$/, / LOGIN /], never: / AUTHENTICATE / },
  ),
  imap(
    "behind STARTTLS there is AUTH, and LOGIN is disabled",
    { before: ["STARTTLS"], first: ["LOGINDISABLED", "AUTH=PLAIN"], signedIn: [] },
    { heard: [/ AUTHENTICATE PLAIN/], never: / LOGIN / },
  ),
  imap(
    "LOGIN is disabled only in the clear",
    { before: ["STARTTLS", "LOGINDISABLED"], first: [], signedIn: [] },
    { heard: [/ LOGIN /] },
  ),
  imap(
    "what is offered together with the consent to STARTTLS is void",
    { before: ["STARTTLS"], first: [], signedIn: [] },
    { withConsent: "[CAPABILITY IMAP4rev1 AUTH=PLAIN ID] ", heard: [/ LOGIN /], never: / AUTHENTICATE | ID / },
  ),
  imap(
    "behind STARTTLS it says nothing: what it said in the clear is void",
    { before: ["STARTTLS", "AUTH=PLAIN", "ID"], first: null, signedIn: null },
    { heard: [/ LOGIN /], never: / AUTHENTICATE | ID / },
  ),
];
