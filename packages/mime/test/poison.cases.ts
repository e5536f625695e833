/** A message made to stop who reads it. */
export interface PoisonCase {
  readonly what: string;
  /** In pieces, as a server gives it. */
  readonly pieces: () => Generator<Buffer>;
}

const piece = 256 * 1024;

function* cut(whole: Buffer): Generator<Buffer> {
  for (let at = 0; at < whole.length; at += piece) yield whole.subarray(at, at + piece);
}

function* repeated(start: string, unit: string, bytes: number): Generator<Buffer> {
  yield Buffer.from(start, "latin1");
  const block = Buffer.alloc(piece, unit, "latin1");
  for (let left = bytes; left > 0; left -= piece) yield block;
}

const whole = (what: string, make: () => string): PoisonCase => ({
  what,
  pieces: () => cut(Buffer.from(make(), "latin1")),
});
const stream = (what: string, start: string, unit: string, bytes: number): PoisonCase => ({
  what,
  pieces: () => repeated(start, unit, bytes),
});

const nested = (levels: number, type: (level: number) => string) =>
  Array.from({ length: levels }, (_, level) => type(level)).join("");
const multipart = (level: number) => `Content-Type: multipart/mixed; boundary=b${level}\r\n\r\n--b${level}\r\n`;
const attached = () => "Content-Type: message/rfc822\r\n\r\n";
const mixed = "Subject: x\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n";
const megabyte = 1024 * 1024;
const header = (unit: string, name = "Subject") => `${name}: ${unit.repeat(megabyte / unit.length)}\r\n\r\nx\r\n`;

/** One in plain text, as qmail writes it, that gives its reasons in long lines. */
const report = (line: string) =>
  `From: MAILER-DAEMON@mx.test\r\nSubject: failure notice\r\n\r\nHi. This is the qmail-send program at mx.test.\r\n\r\n${["a", "b", "c"].map((name) => `<${name}@x.test>:\r\n${line}\r\n`).join("")}`;

/** Deep nesting, many parts, large headers, long lines. */
export const poisonCases: readonly PoisonCase[] = [
  whole("5,000 multiparts in each other", () => nested(5000, multipart)),
  whole(
    "5,000 multiparts that are all closed",
    () => `${nested(5000, multipart)}x\r\n${Array.from({ length: 5000 }, (_, n) => `--b${4999 - n}--\r\n`).join("")}`,
  ),
  whole("50,000 messages in each other", () => nested(50_000, attached)),
  whole("5,000 messages and multiparts by turns", () =>
    nested(5000, (level) => (level % 2 ? attached() : multipart(level))),
  ),
  whole("10,000 parts", () => `${mixed}${"--b\r\nContent-Type: text/plain\r\n\r\nx\r\n".repeat(10_000)}--b--\r\n`),
  whole("100,000 empty parts", () => `${mixed}${"--b\r\n".repeat(100_000)}--b--\r\n`),
  whole(
    "10,000 attached messages",
    () => `${mixed}${"--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: y\r\n\r\nx\r\n".repeat(10_000)}`,
  ),
  whole("200,000 lines that look like delimiters", () => `${mixed}${"--bb\r\n".repeat(200_000)}`),
  whole(
    "a boundary of a megabyte",
    () => `Content-Type: multipart/mixed; boundary="${"b".repeat(megabyte)}"\r\n\r\nx\r\n`,
  ),
  whole("100,000 parameters", () => `Content-Type: text/plain${";\r\n a=b".repeat(100_000)}\r\n\r\nx\r\n`),
  whole(
    "100,000 pieces of a name",
    () =>
      `Content-Type: text/plain${Array.from({ length: 100_000 }, (_, n) => `; name*${n}*=a`).join("")}\r\n\r\nx\r\n`,
  ),
  whole("100,000 header fields", () => `${"X: y\r\n".repeat(200_000)}\r\nx\r\n`),
  whole("a subject of a megabyte", () => header("x")),
  whole("a subject of encoded words", () => header("=?utf-8?Q?=C3=BC?= ")),
  whole("a subject of beginnings of encoded words", () => header("=?utf-8?Q?")),
  whole("a subject of 8-bit bytes", () => header("\xfc\xc3\xbc")),
  whole("a subject of folds", () => header("\r\n ")),
  whole("a date of a megabyte", () => header("1 ", "Date")),
  whole("a date of comments in each other", () => header("(", "Date")),
  ...[
    "<",
    "<,",
    "(",
    "[",
    '"',
    '"\\"',
    ":",
    "a:;",
    "a@b.c,",
    '"a, b" <a@b.c>, ',
    "=?a?q?",
    "=?utf-8?q?a,b?= <a@b.c>,",
  ].map((unit) => whole(`recipients of ${JSON.stringify(unit)}`, () => header(unit, "To"))),
  ...["x", "a.", "a@", "<", "a@b.c "].map((unit) =>
    whole(`a report of lines of ${JSON.stringify(unit)}`, () => report(unit.repeat(60_000 / unit.length))),
  ),
  stream("a line of 50 MB", "Subject: x\r\n\r\n", "x", 50 * megabyte),
  stream("a line of 50 MB of 8-bit bytes", "Subject: x\r\n\r\n", "\xfc", 50 * megabyte),
  stream("4 MB of empty lines", "Subject: x\r\n\r\n", "\n", 4 * megabyte),
  stream("1 MB of CRs", "Subject: x\r\n\r\n", "\r", megabyte),
  stream("4 MB of hyphens", `${mixed}`, "--\n", 4 * megabyte),
  stream("50 MB of NULs", "Subject: x\r\n\r\n", "\0", 50 * megabyte),
  stream("a header of 50 MB", "Subject: ", "x", 50 * megabyte),
];
