import type { Socket } from "node:net";
import type { ConnectOptions } from "@mailfleet/connector-api";
import type { Script } from "./scripted-server.ts";

/** Of the connection, and what it signs in with. */
export interface DialectOptions extends Partial<ConnectOptions> {
  readonly username?: string;
  readonly password?: string;
  readonly authorizationIdentity?: string;
}

/** A server that speaks otherwise than today's RFCs write, and what a submission to it comes to. */
export interface DialectCase {
  readonly what: string;
  readonly script: () => Script;
  readonly options?: DialectOptions;
  /** `sent`, or kind and code. */
  readonly comes: string;
  /** Lines that the server saw, among others, in this order. */
  readonly saw?: readonly RegExp[];
  /** Lines that it must not see. */
  readonly never?: RegExp;
  /** In the evidence. */
  readonly words?: RegExp;
}

const anonymous = { credentials: null };
const offers = (...capabilities: string[]) =>
  ["scripted", ...capabilities].map((line, n) => `250${n === capabilities.length ? " " : "-"}${line}`).join("\r\n");
const base64 = (text: string) => Buffer.from(text).toString("base64");
const user = base64("a@example.org");
const password = base64("correct horse");
const plain = base64("\0a@example.org\0correct horse");

/** Takes the password by LOGIN, and answers to anything else with this. */
const onlyLogin = (refusal: string) => {
  let asked = "";
  return (line: string) => {
    if (line === "AUTH LOGIN") {
      asked = "user";
      return "334 VXNlcm5hbWU6";
    }
    if (asked === "user") {
      asked = line === user ? "password" : "";
      return asked ? "334 UGFzc3dvcmQ6" : "535 5.7.8 no";
    }
    if (asked === "password") {
      asked = "";
      return line === password ? "235 2.7.0 welcome" : "535 5.7.8 no";
    }
    return refusal;
  };
};
const onlyPlain = (refusal: string) => (line: string) => (line === `AUTH PLAIN ${plain}` ? "235 2.7.0 ok" : refusal);

/** Refusals of EHLO after which RFC 5321 §3.2 has a client say HELO. */
const heloCases: readonly DialectCase[] = [
  "500 5.5.1 Command unrecognized",
  "502 5.5.1 Command not implemented",
  "504 Command parameter not implemented",
  "550 Requested action not taken",
].flatMap((reply) => [
  {
    what: `HELO only, ${reply}`,
    script: () => ({ ehlo: reply }),
    options: anonymous,
    comes: "sent",
    saw: [/^EHLO \[127\.0\.0\.1\]$/, /^HELO \[127\.0\.0\.1\]$/, /^MAIL FROM:<a@example\.org>$/, /^RCPT/, /^DATA$/],
  },
  {
    what: `HELO only and a sign-in, ${reply}`,
    script: () => ({ ehlo: reply }),
    comes: reply.startsWith("550") ? "transient SERVER_UNAVAILABLE" : "permanent EHLO_NOT_OFFERED",
    never: /^(HELO|AUTH|MAIL)/,
  },
]);

const resets = (socket: Socket) => void socket.resetAndDestroy();
const closes = (words?: string) => (socket: Socket) => void (words ? socket.end(`${words}\r\n`) : socket.end());

/** Servers that close the connection at EHLO, and take HELO over another one. */
const closingCases: readonly DialectCase[] = [
  { what: "EHLO closes the connection, HELO over another one is taken", script: () => ({ ehlo: () => closes() }) },
  { what: "EHLO resets it", script: () => ({ ehlo: () => resets }) },
  { what: "EHLO is refused, and closes it", script: () => ({ ehlo: () => closes("502 5.5.1 what") }) },
].map((one) => ({ ...one, options: anonymous, comes: "sent", saw: [/^EHLO/, /^HELO \[127\.0\.0\.1\]$/, /^MAIL/] }));
const closingAtAllCases: readonly DialectCase[] = [
  {
    what: "EHLO and HELO close the connection",
    script: () => ({ ehlo: () => closes(), helo: closes() }),
    options: anonymous,
    comes: "transient CONNECTION_LOST",
    saw: [/^EHLO/, /^HELO/],
  },
  {
    what: "EHLO closes the connection, and a sign-in is asked for",
    script: () => ({ ehlo: () => closes() }),
    comes: "transient CONNECTION_LOST",
    never: /^(HELO|AUTH|MAIL)/,
  },
  {
    what: "EHLO is answered with 421 and closes it: no old server",
    script: () => ({ ehlo: () => closes("421 4.3.2 shutting down") }),
    options: anonymous,
    comes: "transient SERVER_UNAVAILABLE",
    never: /^HELO/,
  },
];

/** Broken mechanisms: PLAIN is listed, and refused with the right password. */
const mechanismCases: readonly DialectCase[] = [
  ...[
    "504 5.7.4 Unrecognized authentication type",
    "502 Invalid input",
    "503 no",
    "500 what",
    "553 5.3.0 Auth failure",
    "501 bad",
  ].map((reply) => ({
    what: `PLAIN is broken, LOGIN works: ${reply}`,
    script: () => ({ ehlo: offers("PIPELINING", "AUTH LOGIN PLAIN"), signIn: onlyLogin(reply) }),
    comes: "sent",
    saw: [/^AUTH PLAIN /, /^AUTH LOGIN$/, /^MAIL/],
  })),
  {
    what: "PLAIN is refused like a wrong password, LOGIN works",
    script: () => ({ ehlo: offers("AUTH LOGIN PLAIN"), signIn: onlyLogin("535 Login fail") }),
    comes: "sent",
    saw: [/^AUTH PLAIN /, /^AUTH LOGIN$/, /^MAIL/],
  },
  {
    what: "LOGIN is broken, PLAIN works",
    script: () => ({ ehlo: offers("AUTH LOGIN PLAIN"), signIn: onlyPlain("504 no") }),
    comes: "sent",
    never: /^AUTH LOGIN/,
  },
  {
    what: "both are refused",
    script: () => ({ ehlo: offers("AUTH LOGIN PLAIN"), signIn: () => "535 5.7.8 Error: authentication failed" }),
    comes: "auth AUTHENTICATION_REJECTED",
    words: /535 5\.7\.8 Error/,
  },
  {
    what: "the password is wrong by both, LOGIN only at its end",
    script: () => ({
      ehlo: offers("AUTH LOGIN PLAIN"),
      signIn: (line) => (line === "AUTH LOGIN" || line === user ? "334 VXNlcm5hbWU6" : "535 5.7.8 wrong"),
    }),
    comes: "auth AUTHENTICATION_REJECTED",
  },
  {
    what: "the server closes behind a refused PLAIN",
    script: () => ({
      ehlo: offers("AUTH LOGIN PLAIN"),
      signIn: () => (socket) => void socket.end("535 5.7.8 wrong\r\n"),
    }),
    comes: "auth AUTHENTICATION_REJECTED",
    words: /535 5\.7\.8 wrong/,
  },
  {
    what: "too many logins are not tried in another way",
    script: () => ({ ehlo: offers("AUTH LOGIN PLAIN"), signIn: () => "454 4.7.0 Too many login attempts" }),
    comes: "throttled RATE_LIMITED",
    never: /^AUTH LOGIN/,
  },
  {
    what: "an app password is wanted, whatever the mechanism",
    script: () => ({
      ehlo: offers("AUTH LOGIN PLAIN"),
      signIn: () => "534 5.7.9 Application-specific password required",
    }),
    comes: "permanent APP_PASSWORD_NEEDED",
    never: /^AUTH LOGIN/,
  },
  {
    what: "encryption is wanted, whatever the mechanism",
    script: () => ({ ehlo: offers("AUTH LOGIN PLAIN"), signIn: () => "538 5.7.11 Encryption required" }),
    comes: "permanent AUTHENTICATION_NOT_OFFERED",
    never: /^AUTH LOGIN/,
  },
  {
    what: "an authorization identity never goes without PLAIN",
    script: () => ({ ehlo: offers("AUTH LOGIN PLAIN"), signIn: () => "504 no" }),
    options: { authorizationIdentity: "b@example.org" },
    comes: "permanent AUTHENTICATION_NOT_OFFERED",
    never: /^AUTH LOGIN/,
  },
  {
    what: "LOGIN alone, listed as very old servers do",
    script: () => ({ ehlo: offers("AUTH=LOGIN"), signIn: onlyLogin("504 no") }),
    comes: "sent",
  },
  {
    what: "mechanisms in small letters, over two lines",
    script: () => ({ ehlo: offers("auth cram-md5", "Auth=login plain"), signIn: onlyPlain("504 no") }),
    comes: "sent",
  },
  {
    what: "PLAIN whose response is asked for although it came along",
    script: () => ({
      ehlo: offers("AUTH PLAIN"),
      signIn: (line) => (line.startsWith("AUTH") ? "334 " : line === plain ? "235 ok" : "535 no"),
    }),
    comes: "sent",
  },
  {
    what: "nothing to sign in with is offered",
    script: () => ({ ehlo: offers("PIPELINING") }),
    comes: "permanent AUTHENTICATION_NOT_OFFERED",
    words: /offered: nothing/,
  },
  {
    what: "only mechanisms that Mailfleet does not speak",
    script: () => ({ ehlo: offers("AUTH NTLM CRAM-MD5 GSSAPI") }),
    comes: "permanent AUTHENTICATION_NOT_OFFERED",
    words: /offered: NTLM CRAM-MD5 GSSAPI/,
  },
];

/** Our name. */
const nameCases: readonly DialectCase[] = [
  {
    what: "greets by the address that the connection comes from",
    script: () => ({}),
    comes: "sent",
    saw: [/^EHLO \[127\.0\.0\.1\]$/],
  },
  {
    what: "greets by the name that the profile gives",
    script: () => ({}),
    options: { ehloName: "mail.example.org" },
    comes: "sent",
    saw: [/^EHLO mail\.example\.org$/],
  },
  ...[
    "421 4.7.0 Try again later, closing connection. (EHLO) a1b2 - gsmtp",
    "550 5.7.1 HELO name is not acceptable (RFC 5321 4.1.1.1)",
    "501 Syntactically invalid EHLO argument(s)",
    "504 5.5.2 <[127.0.0.1]>: Helo command rejected: need fully-qualified hostname",
  ].map((reply) => ({
    what: `an address is no name for it: ${reply}`,
    script: () => ({
      ehlo: (line: string) => (/^EHLO [a-z0-9-]+(\.[a-z0-9-]+)+$/i.test(line) ? offers("AUTH PLAIN") : reply),
    }),
    comes: "permanent EHLO_NAME_REFUSED",
    words: /^[45]\d\d /,
  })),
  {
    what: "a chosen name that the server takes",
    script: () => ({
      ehlo: (line: string) => (line === "EHLO mail.example.org" ? offers("AUTH PLAIN") : "550 5.7.1 HELO name"),
    }),
    options: { ehloName: "mail.example.org" },
    comes: "sent",
  },
  {
    what: "a server that is busy at EHLO with a chosen name",
    script: () => ({ ehlo: "421 4.7.0 Try again later, closing connection. (EHLO) a1b2 - gsmtp" }),
    options: { ehloName: "mail.example.org" },
    comes: "throttled RATE_LIMITED",
  },
  {
    what: "the name is refused at RCPT, as Postfix does",
    script: () => ({ rcpt: () => "504 5.5.2 <[127.0.0.1]>: Helo command rejected: need fully-qualified hostname" }),
    comes: "permanent EHLO_NAME_REFUSED",
  },
];

/** What is offered, and when. */
const capabilityCases: readonly DialectCase[] = [
  {
    what: "no extension at all",
    script: () => ({ ehlo: "250 scripted" }),
    options: anonymous,
    comes: "sent",
    saw: [/^MAIL FROM:<a@example\.org>$/],
  },
  {
    what: "SIZE without a number, in small letters",
    script: () => ({ ehlo: offers("size", "auth plain") }),
    comes: "sent",
    saw: [/^MAIL FROM:<a@example\.org> SIZE=\d+$/],
  },
  {
    what: "a greater size for those who signed in",
    script: () => ({
      ehlo: (_line, nth) => offers(`SIZE ${nth === 1 ? 10 : 100_000}`, "AUTH PLAIN"),
    }),
    comes: "sent",
    saw: [/^EHLO/, /^AUTH/, /^EHLO/, /^MAIL/],
  },
  {
    what: "too small also for those who signed in",
    script: () => ({ ehlo: offers("SIZE 10", "AUTH PLAIN") }),
    comes: "message MESSAGE_TOO_LARGE",
    never: /^MAIL/,
  },
  {
    what: "no second EHLO after the sign-in",
    script: () => ({
      ehlo: (_line, nth) => (nth === 1 ? offers("SIZE 10", "AUTH PLAIN") : "503 5.5.1 Already greeted"),
    }),
    comes: "message MESSAGE_TOO_LARGE",
  },
  {
    what: "a greeting of many lines that comes late",
    script: () => ({
      greeting: (socket) =>
        void setTimeout(() => socket.write("220-We do not authorize\r\n220-spam\r\n220 scripted\r\n"), 600),
    }),
    comes: "sent",
  },
  {
    what: "354 twice, behind the content",
    script: () => ({ final: () => "354 go on\r\n250 2.0.0 taken" }),
    comes: "sent",
  },
  {
    what: "354 twice, and then a refusal",
    script: () => ({ final: () => "354 go on\r\n554 5.7.1 no" }),
    comes: "message MESSAGE_REFUSED",
  },
  {
    what: "codes that differ over the lines: the last one counts",
    script: () => ({ final: () => "550-x\r\n250 taken" }),
    comes: "sent",
  },
  {
    what: "250 with an enhanced code of class 5",
    script: () => ({ final: () => "250 5.7.1 taken all the same" }),
    comes: "sent",
  },
  {
    what: "lines that end with LF alone",
    script: () => ({
      greeting: (socket) => void socket.write("220 scripted\n"),
      ehlo: () => (socket) => void socket.write("250-scripted\n250-PIPELINING\n250 AUTH PLAIN\n"),
    }),
    comes: "sent",
  },
  {
    what: "codes without words",
    script: () => ({
      greeting: "220",
      auth: "235",
      mail: () => "250",
      rcpt: () => "250",
      data: () => "354",
      final: () => "250",
    }),
    comes: "sent",
  },
  {
    what: "251 for a recipient that moved on",
    script: () => ({ rcpt: () => "251 User not local; will forward to <c@example.org>" }),
    comes: "sent",
  },
  {
    what: "252 for a recipient that cannot be checked",
    script: () => ({ rcpt: () => "252 Cannot VRFY user" }),
    comes: "sent",
  },
  {
    what: "a bare 250 with spaces before the end",
    script: () => ({ final: () => "250 ok  " }),
    comes: "sent",
  },
];

/** User names and passwords, whatever is in them: sent as they are, or refused with words. */
const oddCases: readonly DialectCase[] = [
  'quo"te\\back',
  " blanks at both ends ",
  "pässwörd §€",
  "日本語のパスワード",
  "🔑 emoji",
  "tab\tand\r\nline end",
  "%s{}<>&;'`$()|",
  "x".repeat(3000),
].flatMap((odd) =>
  (["PLAIN", "LOGIN"] as const).map((mechanism) => ({
    what: `${JSON.stringify(odd.slice(0, 24))} by ${mechanism}`,
    script: () => {
      const expected = mechanism === "PLAIN" ? [base64(`\0${odd}\0${odd}`)] : [base64(odd), base64(odd)];
      return {
        ehlo: offers(`AUTH ${mechanism}`),
        signIn: (line: string) => {
          const given = line.startsWith("AUTH PLAIN ") ? line.slice(11) : line;
          if (/^AUTH (PLAIN|LOGIN)$/.test(given)) return "334 ";
          if (given !== expected.shift()) return "535 5.7.8 something else came";
          return expected.length > 0 ? "334 " : "235 ok";
        },
      };
    },
    options: { username: odd, password: odd },
    comes: "sent",
  })),
);

const nulCases: readonly DialectCase[] = [
  {
    what: "a NUL in the password, PLAIN alone",
    script: () => ({ ehlo: offers("AUTH PLAIN") }),
    options: { password: "a\0b" },
    comes: "permanent AUTHENTICATION_NOT_OFFERED",
    words: /NUL/,
    never: /^AUTH/,
  },
  {
    what: "a NUL in the password, LOGIN offered",
    script: () => ({
      ehlo: offers("AUTH PLAIN LOGIN"),
      signIn: (line) => (line === base64("a\0b") ? "235 ok" : "334 "),
    }),
    options: { password: "a\0b" },
    comes: "sent",
    never: /^AUTH PLAIN/,
  },
];

export const dialectCases: readonly DialectCase[] = [
  ...heloCases,
  ...closingCases,
  ...closingAtAllCases,
  ...mechanismCases,
  ...nameCases,
  ...capabilityCases,
  ...oddCases,
  ...nulCases,
];
