import { type ReadingCase, readingCases } from "../src/read-headers.cases.ts";

/** One message of the corpus; its name says which odd forms it has. */
export interface CorpusMessage {
  readonly name: string;
  readonly raw: Buffer;
}

const latin1 = (text: string) => Buffer.from(text, "latin1");
const percent = (bytes: Buffer) =>
  [...bytes].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`).join("");
const quoted = (bytes: Buffer) =>
  [...bytes].map((byte) => `=${byte.toString(16).toUpperCase().padStart(2, "0")}`).join("");

/** Texts in the bytes of a charset, made beforehand: Node only decodes these charsets. */
const texts: readonly (readonly [charset: string, bytes: Buffer])[] = [
  ["utf-8", Buffer.from("Übersicht, 東京 👍")],
  ["us-ascii", Buffer.from("plain text")],
  ["iso-8859-1", latin1("\xdcbersicht f\xfcr K\xf6ln")],
  ["iso-8859-15", latin1("5 \xa4 und mehr")],
  ["windows-1252", latin1("\x93Preis\x94 5 \x80")],
  ["windows-1251", latin1("\xcf\xf0\xe8\xe2\xe5\xf2")],
  ["koi8-r", latin1("\xf0\xd2\xc9\xd7\xc5\xd4")],
  ["iso-8859-2", latin1("\xa3\xf3d\xbc")],
  ["iso-8859-7", latin1("\xc5\xeb\xeb\xe7\xed\xe9\xea\xdc")],
  ["shift_jis", latin1("\x93\xfa\x96{")],
  ["euc-jp", latin1("\xc6\xfc\xcb\xdc")],
  ["iso-2022-jp", latin1("\x1b$BF|K\\\x1b(B")],
  ["gb2312", latin1("\xd6\xd0\xb9\xfa")],
  ["gb18030", latin1("\xd6\xd0\xb9\xfa")],
  ["big5", latin1("\xa4\xa4\xb0\xea")],
  ["euc-kr", latin1("\xc7\xd1\xb1\xb9")],
  ["utf-16be", Buffer.from([0x65, 0xe5, 0x67, 0x2c])],
];

const ways: readonly (readonly [way: string, of: (charset: string, bytes: Buffer) => string])[] = [
  ["RFC 2231", (charset, bytes) => `filename*=${charset}''${percent(bytes)}.pdf`],
  ["RFC 2231 with a language", (charset, bytes) => `filename*=${charset}'de'${percent(bytes)}.pdf`],
  [
    "RFC 2231 in pieces",
    (charset, bytes) =>
      `filename*0*=${charset}''${percent(bytes.subarray(0, 2))};\r\n filename*1*=${percent(bytes.subarray(2))};\r\n filename*2=.pdf`,
  ],
  ["RFC 2231 and the old way", (charset, bytes) => `filename="old.pdf"; filename*=${charset}''${percent(bytes)}.pdf`],
  ["an encoded word in quotes", (charset, bytes) => `filename="=?${charset}?B?${bytes.toString("base64")}?=.pdf"`],
  ["an encoded word without quotes", (charset, bytes) => `filename==?${charset}?Q?${quoted(bytes)}?=`],
  [
    "two encoded words",
    (charset, bytes) => `filename="=?${charset}?Q?${quoted(bytes)}?=\r\n =?${charset}?Q?${quoted(bytes)}?="`,
  ],
  ["raw bytes", (_, bytes) => `filename="${bytes.toString("latin1")}.pdf"`],
];

const attachment = (name: string, disposition: string, type = "Content-Type: application/pdf"): CorpusMessage => ({
  name,
  raw: latin1(
    `Subject: x\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nsee below\r\n--b\r\n${type}\r\n${disposition}Content-Transfer-Encoding: base64\r\n\r\naGVsbG8=\r\n--b--\r\n`,
  ),
});

const names: readonly CorpusMessage[] = [
  ...texts.flatMap(([charset, bytes]) =>
    ways
      .filter(([way]) => charset !== "utf-16be" || /pieces|words?/.test(way))
      .map(([way, of]) =>
        attachment(`name: ${charset}, ${way}`, `Content-Disposition: attachment; ${of(charset, bytes)}\r\n`),
      ),
  ),
  attachment("name: in Content-Type only", "", 'Content-Type: application/pdf; name="=?utf-8?Q?=C3=BC.pdf?="'),
  attachment("name: in Content-Type only, RFC 2231", "", "Content-Type: application/pdf; name*=utf-8''%C3%BC.pdf"),
  attachment("name: with quotes in it", 'Content-Disposition: attachment; filename="a \\"b\\".pdf"\r\n'),
  attachment("name: without quotes and with blanks", "Content-Disposition: attachment; filename=my file.pdf\r\n"),
  attachment("name: with a semicolon in quotes", 'Content-Disposition: attachment; filename="a;b.pdf"\r\n'),
  attachment("name: in capitals", 'CONTENT-DISPOSITION: ATTACHMENT; FILENAME="a.pdf"\r\n'),
  attachment("name: with a comment", "Content-Disposition: attachment; filename=a.pdf (the plan)\r\n"),
  attachment("name: pieces out of order", "Content-Disposition: attachment; filename*1=b.pdf; filename*0=a\r\n"),
  attachment(
    "name: ten pieces",
    `Content-Disposition: attachment; ${Array.from({ length: 12 }, (_, n) => `filename*${n}=${n}`).join("; ")}\r\n`,
  ),
  attachment("name: percent codes without a star", "Content-Disposition: attachment; filename=a%20b.pdf\r\n"),
  attachment("name: a path", 'Content-Disposition: attachment; filename="C:\\\\x\\\\a.pdf"\r\n'),
];

const bodies: readonly CorpusMessage[] = texts.flatMap(([charset, bytes]) =>
  (["8bit", "quoted-printable", "base64"] as const)
    .filter((encoding) => encoding === "base64" || charset !== "utf-16be")
    .map((encoding) => {
      const written = {
        "8bit": bytes.toString("latin1"),
        "quoted-printable": quoted(bytes),
        base64: bytes.toString("base64"),
      };
      return {
        name: `text: ${charset}, ${encoding}`,
        raw: latin1(
          `Subject: x\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=${charset}\r\nContent-Transfer-Encoding: ${encoding}\r\n\r\n${written[encoding]}\r\n`,
        ),
      };
    }),
);

const headers: readonly CorpusMessage[] = readingCases.map(({ what, header }) => ({
  name: what,
  raw: latin1(`${header}\r\n\r\nx\r\n`),
}));

/** Each form beside others, so that none is read only where it stands alone. The same at each run. */
const mixed: readonly CorpusMessage[] = Array.from({ length: 120 }, (_, n) => {
  const field = (kind: string, step: number) => {
    const list = readingCases.filter(
      ({ what, header }) => what.startsWith(kind) && /^[A-Z][a-z]+: [^\r]*$/.test(header),
    );
    return list[(n * step) % list.length] as ReadingCase;
  };
  const all = [field("subject:", 1), field("from:", 3), field("date:", 5)];
  return {
    name: `mixed: ${all.map(({ what }) => what).join(" | ")}`,
    raw: latin1(`${all.map(({ header }) => header).join("\r\n")}\r\n\r\nx\r\n`),
  };
});

/** Names of files, texts, and headers with several odd forms. */
export const made: readonly CorpusMessage[] = [...names, ...bodies, ...mixed];

/** Some hundred messages of odd forms: those of the tables of cases, and those made here. */
export function allMessages(): readonly CorpusMessage[] {
  return [...headers, ...made];
}
