/** A ready-made message, and what must be true of it when it is sent. Text is taken byte by byte (latin1). */
export interface SendingCase {
  readonly what: string;
  readonly raw: string;
  /** To a server without 8BITMIME. */
  readonly sevenBit?: boolean;
  /** Why it cannot be sent; where absent it can. */
  readonly refused?: RegExp;
  /** Must be found in what is sent, or must not be. */
  readonly has?: RegExp;
  readonly hasNot?: RegExp;
  /** Must leave byte for byte. */
  readonly untouched?: boolean;
  /** Reads otherwise afterwards, as is right. */
  readonly reads?: "otherwise";
}

const utf8 = (text: string) => Buffer.from(text).toString("latin1");
const head = "From: box@x.test\r\nTo: a@x.test\r\n";
const mime = `${head}MIME-Version: 1.0\r\n`;
const text = (encoding: string, body: string) =>
  `${mime}Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: ${encoding}\r\n\r\n${body}`;
const parts = (...list: string[]) =>
  `${mime}Content-Type: multipart/mixed; boundary="b b"\r\nContent-Transfer-Encoding: 8bit\r\n\r\npreamble\r\n${list.map((part) => `--b b\r\n${part}\r\n`).join("")}--b b--\r\nepilogue\r\n`;
const textPart = utf8(
  "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\nGrüße aus Köln\r\nzweite Zeile",
);
const dkim = "DKIM-Signature: v=1; a=rsa-sha256; d=x.test; s=s; h=from:to:subject; bh=x; b=y\r\n";
const long = "word ".repeat(400);
const unbroken = "x".repeat(3000);
const blind = (written: string, rest = "Subject: s\r\n\r\nhello\r\n") =>
  `From: box@x.test\r\nTo: visible@x.test\r\n${written}${rest}`;

const blindCases: readonly SendingCase[] = [
  ["plain", blind("Bcc: hidden1@x.test\r\n")],
  ["in capitals", blind("BCC: hidden1@x.test\r\n")],
  ["in small letters, blank before the colon", blind("bcc : hidden1@x.test\r\n")],
  ["tab before the colon", blind("Bcc\t:hidden1@x.test\r\n")],
  ["folded", blind("Bcc: hidden1@x.test,\r\n hidden2@x.test,\r\n\thidden3@x.test\r\n")],
  ["folded before the colon", blind("Bcc\r\n : hidden1@x.test\r\n")],
  ["folded with nothing on the first line", blind("Bcc:\r\n hidden1@x.test\r\n")],
  ["folded over a line of blanks", blind("Bcc: hidden1@x.test,\r\n \r\n hidden2@x.test\r\n")],
  ["twice", blind("Bcc: hidden1@x.test\r\nX: y\r\nBcc: hidden2@x.test\r\n")],
  ["Resent-Bcc", blind("Resent-Bcc: hidden1@x.test\r\n")],
  ["resent-bcc in odd letters", blind("rESENT-bCC: hidden1@x.test\r\n")],
  ["as the first field", `Bcc: hidden1@x.test\r\n${head}\r\nhello\r\n`],
  ["as the first field, indented", ` Bcc: hidden1@x.test\r\n${head}\r\nhello\r\n`],
  ["as the last field", `${head}Bcc: hidden1@x.test\r\n\r\nhello\r\n`],
  ["as the last field, without a body", `${head}Bcc: hidden1@x.test`],
  ["with LF alone", blind("Bcc: hidden1@x.test,\n hidden2@x.test\n").replaceAll("\r\n", "\n")],
  ["behind a CR alone", `${head}Subject: x\rBcc: hidden1@x.test\r\n\r\nhello\r\n`],
  ["between CRs alone", blind("X: y\rBcc: hidden1@x.test\rZ: z\r\n")],
  ["with CR CR LF", blind("Bcc: hidden1@x.test\r\n").replaceAll("\r\n", "\r\r\n")],
  ["with an encoded name", blind("Bcc: =?utf-8?Q?H=C3=BC?= <hidden1@x.test>\r\n")],
  ["with 8-bit bytes", blind(utf8("Bcc: Jörg <hidden1@x.test>\r\n"))],
  ["empty", blind("Bcc:\r\n")],
  ["with a line of 3,000 bytes", blind(`Bcc: ${"hidden1@x.test,".repeat(200)}\r\n`)],
  ["in a signed message", blind(`${dkim}Bcc: hidden1@x.test\r\n`)],
].map(([what, raw]) => ({
  what: `Bcc ${what}`,
  raw: raw as string,
  has: /(?:a|visible)@x\.test/,
  hasNot: /hidden|^\s*(?:resent-)?bcc/im,
  reads: "otherwise",
}));

/** Messages as programs make them, by what has to be done to them. */
export const sendingCases: readonly SendingCase[] = [
  ...blindCases,
  {
    what: "Bcc that a signature covers",
    raw: blind(`${dkim.replace("subject", "subject : bcc")}Bcc: hidden1@x.test\r\n`),
    refused: /signed together with its Bcc/,
  },
  {
    what: "Bcc of an attached message stays",
    raw: `${mime}Content-Type: message/rfc822\r\n\r\nBcc: c@x.test\r\n\r\nx\r\n`,
    has: /Bcc: c@x\.test/,
  },
  { what: "Bcc in the text stays", raw: `${head}\r\nBcc: c@x.test\r\n`, has: /Bcc: c@x\.test/, untouched: true },
  { what: "a field whose name only ends in Bcc stays", raw: `${head}X-Bcc: c@x.test\r\n\r\nx\r\n`, untouched: true },
  { what: "a plain message", raw: `${head}Subject: x\r\n\r\nhello\r\n`, untouched: true },
  { what: "a plain message of 8-bit text", raw: text("8bit", utf8("Grüße\r\n")), untouched: true },
  { what: "signed 8-bit text", raw: dkim + text("8bit", utf8("Grüße\r\n")), untouched: true },
  { what: "a NUL in a name of a field", raw: `${head}B\0cc: c@x.test\r\n\r\nx\r\n`, refused: /not a field/ },
  {
    what: "a line that is no field",
    raw: `${head}this is no field\r\nBcc: c@x.test\r\n\r\nx\r\n`,
    refused: /not a field/,
  },
  {
    what: "a header without end",
    raw: `${head}X: ${"y ".repeat(150_000)}\r\n\r\nx\r\n`,
    refused: /larger than 256 KiB/,
  },
  {
    what: "the line of mbox at the top",
    raw: `From ann@x.test Mon Nov 23 10:00:00 2026\r\n${head}Subject: ${utf8("ü")}\r\n\r\nx\r\n`,
    hasNot: /^From ann/m,
  },

  { what: "a long line of text", raw: `${head}\r\n${long}\r\nend\r\n`, has: /quoted-printable/ },
  { what: "a long line without a blank", raw: `${head}\r\n${unbroken}\r\n`, has: /quoted-printable/ },
  { what: "a long line at the end", raw: `${head}\r\n${unbroken}`, has: /quoted-printable/ },
  { what: "a line of 998", raw: `${head}\r\n${"x".repeat(998)}\r\n`, untouched: true },
  { what: "a line of 999", raw: `${head}\r\n${"x".repeat(999)}\r\n`, has: /quoted-printable/ },
  { what: "a long line that ends in blanks", raw: `${head}\r\n${unbroken}  \r\n \r\nx`, has: /=20/ },
  {
    what: "a long line of quoted-printable",
    raw: text("quoted-printable", `${"Gr=C3=BC=C3=9Fe ".repeat(200)}=\r\nx=3D\r\n`),
  },
  { what: "a long line of base64", raw: text("base64", `${Buffer.from("Grüße ".repeat(400)).toString("base64")}\r\n`) },
  { what: "a long line of HTML", raw: parts(`Content-Type: text/html; charset=utf-8\r\n\r\n<p>${long}</p>`, textPart) },
  { what: "a long line before the parts", raw: parts(textPart).replace("preamble", long), reads: "otherwise" },
  { what: "a long line that is signed", raw: `${dkim}${head}\r\n${long}\r\n`, refused: /signed/ },
  {
    what: "a long line in a signed part",
    raw: `${mime}Content-Type: multipart/signed; boundary=s\r\n\r\n--s\r\n\r\n${long}\r\n--s--\r\n`,
    refused: /signed/,
  },
  {
    what: "a long line in an encoding that nobody knows",
    raw: text("x-uuencode", long),
    refused: /unknown Content-Transfer-Encoding/,
  },
  { what: "a NUL", raw: `${head}\r\na\0b\r\n`, has: /a=00b/ },
  {
    what: "NULs in a file",
    raw: parts(
      "Content-Type: application/octet-stream\r\nContent-Disposition: attachment; filename=x\r\n\r\na\0\x01\r\n\n\xff",
    ),
    has: /YQABDQoK\/w==/,
    reads: "otherwise",
  },
  {
    what: "a file as it is on the disk",
    raw: parts(
      "Content-Type: application/octet-stream\r\nContent-Disposition: attachment; filename=x\r\nContent-Transfer-Encoding: binary\r\n\r\n\x00\r\n\r\n\n\xff--b b",
    ),
    has: /AA0KDQoK\/y0tYiBi/,
    reads: "otherwise",
  },
  { what: "a CR alone", raw: `${head}\r\na\rb\r\n`, reads: "otherwise" },
  { what: "LF alone", raw: `${head}\r\na\nb\r\n`.replaceAll("\r\n", "\n"), untouched: true },
  { what: "LF alone and a long line", raw: `${head}\r\na\n${long}\n`.replaceAll("\r\n", "\n"), reads: "otherwise" },

  { what: "a long subject", raw: `${head}Subject: ${long}\r\n\r\nx\r\n`, reads: "otherwise" },
  {
    what: "a long subject without a blank",
    raw: `${head}Subject: ${"x".repeat(1900)}\r\n\r\nx\r\n`,
    has: /=\?UTF-8\?Q\?/,
  },
  { what: "a long encoded subject", raw: `${head}Subject: ${"=?utf-8?Q?Gr=C3=BC=C3=9Fe?= ".repeat(50)}\r\n\r\nx\r\n` },
  {
    what: "a raw subject in UTF-8",
    raw: `${head}Subject: ${utf8("Grüße aus Köln, 東京 und anderswo, 👍".repeat(4))}\r\n\r\nx\r\n`,
    has: /=\?UTF-8\?/,
  },
  {
    what: "a raw subject in Latin-1",
    raw: `${head}Subject: Gr\xfc\xdfe\r\n\r\nx\r\n`,
    has: /=\?UTF-8\?/,
    reads: "otherwise",
  },
  {
    what: "a raw word beside an encoded one",
    raw: `${head}Subject: =?utf-8?Q?=C3=A4?= ${utf8("ö")} =?utf-8?Q?=C3=BC?= x\r\n\r\nx\r\n`,
  },
  {
    what: "a control character in the subject",
    raw: `${head}Subject: a\x07b\r\n\r\nx\r\n`,
    hasNot: /a[^b]b/,
    reads: "otherwise",
  },
  {
    what: "1,000 recipients in one line",
    raw: `From: box@x.test\r\nTo: ${Array.from({ length: 1000 }, (_, n) => `"Lee, Ann ${n}" <ann${n}@x.test>`).join(", ")}\r\n\r\nx\r\n`,
  },
  {
    what: "raw names with commas",
    raw: `From: ${utf8('"Müller, Hans"')} <h@x.test>\r\nTo: ${utf8("Jörg")} <j@x.test>, b@x.test\r\n\r\nx\r\n`,
    has: /=2C/,
  },
  {
    what: "a group with a raw name",
    raw: `From: box@x.test\r\nTo: ${utf8("Büro")}: a@x.test, ${utf8("Jörg")} <j@x.test>;, c@x.test\r\n\r\nx\r\n`,
  },
  {
    what: "an international domain",
    raw: `From: box@x.test\r\nTo: ${utf8("Jörg <j@bücher.example>")}\r\n\r\nx\r\n`,
    has: /xn--bcher-kva/,
    reads: "otherwise",
  },
  {
    what: "References of 200 messages",
    raw: `${head}References: ${Array.from({ length: 200 }, (_, n) => `<${n}@x.test>`).join(" ")}\r\n\r\nx\r\n`,
  },
  {
    what: "a machine's field that cannot be folded",
    raw: `${head}References: ${unbroken}\r\n\r\nx\r\n`,
    refused: /references has a line/,
  },
  { what: "another field that cannot be folded", raw: `${head}X-Note: ${unbroken}\r\n\r\nx\r\n`, has: /=\?UTF-8\?/ },
  {
    what: "a raw file name",
    raw: parts(
      utf8(
        'Content-Type: application/pdf; name="Übersicht, 2026.pdf"\r\nContent-Disposition: attachment; filename="Übersicht, 2026.pdf"\r\nContent-Transfer-Encoding: base64\r\n\r\naGVsbG8=',
      ),
    ),
    has: /filename\*=utf-8''%C3%9Cbersicht/,
  },
  {
    what: "a raw file name in Latin-1",
    raw: parts(
      'Content-Type: application/pdf\r\nContent-Disposition: attachment; filename="\xdcbersicht.pdf"\r\nContent-Transfer-Encoding: base64\r\n\r\naGVsbG8=',
    ),
    has: /filename\*=utf-8''%C3%9Cbersicht/,
    reads: "otherwise",
  },
  {
    what: "a very long raw file name",
    raw: parts(
      utf8(
        `Content-Type: application/pdf\r\nContent-Disposition: attachment; filename="${"日本".repeat(100)}.pdf"\r\nContent-Transfer-Encoding: base64\r\n\r\naGVsbG8=`,
      ),
    ),
    has: /filename\*0\*=utf-8''/,
  },

  {
    what: "8-bit text for 7 bits",
    sevenBit: true,
    raw: text("8bit", utf8("Grüße aus Köln\r\n")),
    has: /Gr=C3=BC=C3=9Fe/,
    hasNot: /Encoding: 8bit/,
  },
  {
    what: "8-bit text without any label",
    sevenBit: true,
    raw: `${head}\r\n${utf8("Grüße")}\r\n`,
    has: /MIME-Version: 1\.0/,
    reads: "otherwise",
  },
  {
    what: "8-bit text in Latin-1",
    sevenBit: true,
    raw: text("8bit", "Gr\xfc\xdfe\r\n").replace("utf-8", "iso-8859-1"),
    has: /Gr=FC=DFe/,
  },
  { what: "8-bit text with dots and From", sevenBit: true, raw: text("8bit", utf8("From ü\r\n.\r\n..x\r\n")) },
  {
    what: "8-bit text in quoted-printable",
    sevenBit: true,
    raw: text("quoted-printable", utf8("Grüße =C3=9F =\r\nx\r\n")),
  },
  { what: "8-bit text in base64", sevenBit: true, raw: text("base64", "R3LD\xfcvMOfZQ==\r\n"), reads: "otherwise" },
  {
    what: "8-bit parts among others",
    sevenBit: true,
    raw: parts(textPart, "Content-Type: text/plain\r\n\r\nplain", textPart),
    has: /\r\nplain\r\n/,
  },
  {
    what: "8-bit HTML",
    sevenBit: true,
    raw: parts(utf8("Content-Type: text/html; charset=utf-8\r\n\r\n<p>Grüße</p>")),
    has: /quoted-printable/,
  },
  {
    what: "an 8-bit file",
    sevenBit: true,
    raw: parts("Content-Type: image/png\r\nContent-Disposition: attachment; filename=x.png\r\n\r\n\x89PNG\xff"),
    has: /base64/,
  },
  {
    what: "8-bit text around the parts",
    sevenBit: true,
    raw: parts(textPart).replace("preamble", "\xfc").replace("epilogue", "\xfc"),
    reads: "otherwise",
  },
  {
    what: "nested parts with 8-bit text",
    sevenBit: true,
    raw: parts(
      `Content-Type: multipart/alternative; boundary=c\r\nContent-Transfer-Encoding: 8bit\r\n\r\n--c\r\n${textPart}\r\n--c--`,
    ),
    hasNot: /Encoding: 8bit/,
  },
  {
    what: "an inner part without its end",
    sevenBit: true,
    raw: parts(`Content-Type: multipart/alternative; boundary=c\r\n\r\n--c\r\n${textPart}`, textPart),
  },
  {
    what: "an attached message with 8-bit text",
    sevenBit: true,
    raw: parts(
      `Content-Type: message/rfc822\r\nContent-Transfer-Encoding: 8bit\r\n\r\nSubject: ${utf8("ü")}\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n${utf8("Grüße")}`,
    ),
    hasNot: /Encoding: 8bit/,
  },
  {
    what: "a digest",
    sevenBit: true,
    raw: `${mime}Content-Type: multipart/digest; boundary=d\r\n\r\n--d\r\n\r\nSubject: a\r\n\r\n${utf8("ü")}\r\n--d--\r\n`,
    reads: "otherwise",
  },
  { what: "parts without a header", sevenBit: true, raw: parts(utf8("\r\nGrüße")), reads: "otherwise" },
  {
    what: "a boundary that is missing",
    sevenBit: true,
    raw: `${mime}Content-Type: multipart/mixed; boundary=never\r\n\r\n${utf8("Grüße")}\r\n`,
    reads: "otherwise",
  },
  {
    what: "multipart without a boundary",
    sevenBit: true,
    raw: `${mime}Content-Type: multipart/mixed\r\n\r\n${utf8("Grüße")}\r\n`,
    reads: "otherwise",
  },
  {
    what: "signed 8-bit text for 7 bits",
    sevenBit: true,
    raw: dkim + text("8bit", utf8("Grüße\r\n")),
    refused: /signed and has 8-bit text/,
  },
  {
    what: "an 8-bit part under S/MIME",
    sevenBit: true,
    raw: `${mime}Content-Type: multipart/signed; boundary=s\r\n\r\n--s\r\n${textPart}\r\n--s\r\nContent-Type: application/pkcs7-signature\r\n\r\nx\r\n--s--\r\n`,
    refused: /signed/,
  },
  {
    what: "8-bit text beside a signed part",
    sevenBit: true,
    raw: parts(
      `Content-Type: multipart/signed; boundary=s\r\n\r\n--s\r\nContent-Type: text/plain\r\n\r\nplain   \r\n--s--`,
      textPart,
    ),
    has: /plain {3}\r\n/,
  },
  { what: "7-bit text for 7 bits", sevenBit: true, raw: `${head}\r\nplain\r\n`, untouched: true },
];
