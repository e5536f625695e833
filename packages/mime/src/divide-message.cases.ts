/** A message, what of it can stand beside it, and why not the rest. Each character is a byte (latin1). */
export interface DividingCase {
  readonly what: string;
  readonly message: string;
  /** `name type [<content-id>] [inline]: content` of what can be taken out, in order. */
  readonly beside: readonly string[];
  /** What must be read in what stays. */
  readonly stays?: RegExp;
}

const lines = (...all: string[]) => all.join("\r\n");
const head = (type: string) =>
  lines("From: a@b.test", "To: c@d.test", "MIME-Version: 1.0", `Content-Type: ${type}`, "", "");
const part = (fields: string[], body: string) => lines(...fields, "", body);
const of = (boundary: string, ...parts: string[]) =>
  `${parts.map((one) => `--${boundary}\r\n${one}\r\n`).join("")}--${boundary}--\r\n`;
const mixed = (...parts: string[]) => `${head("multipart/mixed; boundary=m")}${of("m", ...parts)}`;
const text = part(["Content-Type: text/plain; charset=utf-8"], "Hello");
const b64 = (content: string) =>
  Buffer.from(content, "latin1")
    .toString("base64")
    .replace(/(.{76})/g, "$1\r\n");
const file = (name: string, body: string, ...more: string[]) =>
  part([`Content-Type: application/pdf`, `Content-Disposition: attachment; ${name}`, ...more], body);
const base64 = "Content-Transfer-Encoding: base64";
const named = (name: string, read: string): DividingCase => ({
  what: `a name: ${name.slice(0, 60)}`,
  message: mixed(text, file(name, b64("content"), base64)),
  beside: [`${read} application/pdf: content`],
});
const forwarded =
  lines("From: x@y.test", "Subject: inner", "Content-Type: multipart/mixed; boundary=i", "", "") +
  of("i", text, file("filename=inner.pdf", b64("inner"), base64));

export const dividingCases: readonly DividingCase[] = [
  {
    what: "a text and a file",
    message: mixed(text, file("filename=a.pdf", b64("content"), base64)),
    beside: ["a.pdf application/pdf: content"],
    stays: /Hello/,
  },
  {
    what: "a file before the text",
    message: mixed(file("filename=a.pdf", b64("content"), base64), text),
    beside: ["a.pdf application/pdf: content"],
    stays: /Hello/,
  },
  {
    what: "two files around the text",
    message: mixed(file("filename=a.pdf", b64("one"), base64), text, file("filename=b.pdf", b64("two"), base64)),
    beside: ["a.pdf application/pdf: one", "b.pdf application/pdf: two"],
    stays: /Hello/,
  },
  {
    what: "nothing but a file",
    message: mixed(file("filename=a.pdf", b64("content"), base64)),
    beside: ["a.pdf application/pdf: content"],
    stays: /Content-Type: text\/plain/,
  },
  {
    what: "words before and behind the parts",
    message: `${head("multipart/mixed; boundary=m")}before\r\n${of("m", file("filename=a.pdf", b64("x"), base64), text)}behind\r\n`,
    beside: ["a.pdf application/pdf: x"],
    stays: /before\r\n--m\r\n[\s\S]*Hello\r\n--m--\r\nbehind/,
  },
  {
    what: "base64 in one line",
    message: mixed(text, file("filename=a.pdf", Buffer.from("y".repeat(5000)).toString("base64"), base64)),
    beside: [`a.pdf application/pdf: ${"y".repeat(5000)}`],
  },
  {
    what: "base64 without padding",
    message: mixed(text, file("filename=a.pdf", "Y29udGVudA", base64)),
    beside: ["a.pdf application/pdf: content"],
  },
  {
    what: "base64 with padding in the middle",
    message: mixed(text, file("filename=a.pdf", "Y29u\r\ndA==\r\nZW50", base64)),
    beside: ["a.pdf application/pdf: content"],
  },
  {
    what: "base64 with characters of no alphabet",
    message: mixed(text, file("filename=a.pdf", "Y29 u*dGV\tudA==", base64)),
    beside: ["a.pdf application/pdf: content"],
  },
  {
    what: "base64 of an empty line at the end",
    message: mixed(text, file("filename=a.pdf", `${b64("content")}\r\n\r\n`, base64)),
    beside: ["a.pdf application/pdf: content"],
  },
  {
    what: "bytes from 0 to 255",
    message: mixed(text, file("filename=a.pdf", b64(String.fromCharCode(...Array(256).keys())), base64)),
    beside: [`a.pdf application/pdf: ${String.fromCharCode(...Array(256).keys())}`],
  },
  {
    what: "quoted-printable",
    message: mixed(
      text,
      file("filename=a.csv", "a=3Db;=\r\n=E4;\r\nend \t", "Content-Transfer-Encoding: quoted-printable"),
    ),
    beside: ["a.csv application/pdf: a=b;\xe4;\r\nend"],
  },
  {
    what: "quoted-printable with a long line",
    message: mixed(text, file("filename=a.csv", "=3D".repeat(9000), "Content-Transfer-Encoding: Quoted-Printable")),
    beside: [`a.csv application/pdf: ${"=".repeat(9000)}`],
  },
  {
    what: "an = that is no escape",
    message: mixed(text, file("filename=a.csv", "a=zz=4", "Content-Transfer-Encoding: quoted-printable")),
    beside: ["a.csv application/pdf: a=zz=4"],
  },
  {
    what: "8bit",
    message: mixed(text, file("filename=a.csv", "\xe4\xf6\r\n\r\nx", "Content-Transfer-Encoding: 8bit")),
    beside: ["a.csv application/pdf: \xe4\xf6\r\n\r\nx"],
  },
  {
    what: "no encoding, and lines that begin with hyphens",
    message: mixed(text, file("filename=a.diff", "--- a\r\n--mm\r\n+x")),
    beside: ["a.diff application/pdf: --- a\r\n--mm\r\n+x"],
  },
  {
    what: "an unknown encoding stays",
    message: mixed(text, file("filename=a.uu", "begin", "Content-Transfer-Encoding: x-uuencode")),
    beside: [],
    stays: /begin/,
  },
  named('filename="r\\"eport.pdf"', 'r"eport.pdf'),
  named("filename=Bericht.pdf", "Bericht.pdf"),
  named("filename*=utf-8''Gr%C3%BC%C3%9Fe.pdf", "Grüße.pdf"),
  named("filename*=iso-8859-1'de'Gr%FC%DFe.pdf", "Grüße.pdf"),
  named("filename*=koi8-r''%F0%D2%C9%D7%C5%D4.pdf", "Привет.pdf"),
  named("filename*=shift_jis''%93%FA%96%7B.pdf", "日本.pdf"),
  named("filename*0*=utf-8''Gr%C3; filename*1*=%BC%C3%9Fe; filename*2=.pdf", "Grüße.pdf"),
  named('filename="=?UTF-8?B?R3LDvMOfZS5wZGY=?="', "Grüße.pdf"),
  named('filename="=?iso-8859-1?Q?Gr=FC=DFe.pdf?="', "Grüße.pdf"),
  named("filename=\"plain.pdf\"; filename*=utf-8''Gr%C3%BC%C3%9Fe.pdf", "Grüße.pdf"),
  named('filename="../../etc/passwd"', ".._.._etc_passwd"),
  named("x=y", "attachment"),
  {
    what: "a name in the type alone",
    message: mixed(text, part(['Content-Type: application/zip; name="a.zip"', base64], b64("zip"))),
    beside: ["a.zip application/zip: zip"],
  },
  {
    what: "an image that the text shows",
    message: `${head("multipart/related; boundary=m")}${of("m", part(["Content-Type: text/html"], "<img src=cid:i@x>"), part(["Content-Type: image/png", "Content-ID: <i@x>", "Content-Disposition: inline; filename=i.png", base64], b64("png")))}`,
    beside: ["i.png image/png <i@x> inline: png"],
    stays: /<img/,
  },
  {
    what: "an image that the text shows, without name or disposition",
    message: `${head("multipart/related; boundary=m")}${of("m", part(["Content-Type: text/html"], "<img src=cid:i@x>"), part(["Content-Type: image/png", "Content-ID: <i@x>", base64], b64("png")))}`,
    beside: ["attachment image/png <i@x> inline: png"],
  },
  {
    what: "a file with a Content-ID that is only a file",
    message: mixed(text, file("filename=a.pdf", b64("x"), base64, "Content-ID: <f@x>")),
    beside: ["a.pdf application/pdf <f@x>: x"],
  },
  {
    what: "alternatives with images, in a message with a file",
    message: mixed(
      `Content-Type: multipart/alternative; boundary=alt\r\n\r\n${of("alt", text, `Content-Type: multipart/related; boundary=rel\r\n\r\n${of("rel", part(["Content-Type: text/html"], "<p>"), part(["Content-Type: image/gif", "Content-ID: <g>", base64], b64("gif")))}`)}`,
      file("filename=a.pdf", b64("pdf"), base64),
    ),
    beside: ["attachment image/gif <g> inline: gif", "a.pdf application/pdf: pdf"],
    stays: /Hello[\s\S]*<p>/,
  },
  {
    what: "an invitation is one of the alternatives",
    message: `${head("multipart/alternative; boundary=m")}${of("m", text, part(["Content-Type: text/calendar; method=REQUEST; name=i.ics"], "BEGIN:VCALENDAR"))}`,
    beside: [],
    stays: /VCALENDAR/,
  },
  {
    what: "an attached message with a file in it",
    message: mixed(
      text,
      part(["Content-Type: message/rfc822", 'Content-Disposition: attachment; filename="fwd.eml"'], forwarded),
    ),
    beside: [`fwd.eml message/rfc822: ${forwarded}`],
    stays: /Hello/,
  },
  {
    what: "an attached message without a name",
    message: mixed(text, part(["Content-Type: message/rfc822"], lines("Subject: x", "", "y"))),
    beside: ["message.eml message/rfc822: Subject: x\r\n\r\ny"],
  },
  {
    what: "a digest of messages",
    message: `${head("multipart/digest; boundary=m")}${of("m", lines("", "Subject: x", "", "y"))}`,
    beside: ["message.eml message/rfc822: Subject: x\r\n\r\ny"],
  },
  {
    what: "what is signed stays whole",
    message: `${head('multipart/signed; boundary=m; protocol="application/pkcs7-signature"')}${of("m", `Content-Type: multipart/mixed; boundary=in\r\n\r\n${of("in", text, file("filename=a.pdf", b64("x"), base64))}`, part(["Content-Type: application/pkcs7-signature; name=smime.p7s", base64], b64("sig")))}`,
    beside: [],
    stays: /a\.pdf/,
  },
  {
    what: "what is encrypted stays whole",
    message: `${head("multipart/encrypted; boundary=m")}${of("m", part(["Content-Type: application/pgp-encrypted"], "Version: 1"), part(["Content-Type: application/octet-stream; name=e.asc"], "-----BEGIN PGP"))}`,
    beside: [],
    stays: /BEGIN PGP/,
  },
  { what: "a single large text", message: `${head("text/plain")}Hello`, beside: [], stays: /Hello/ },
  {
    what: "a message that is a single file",
    message: lines("From: a@b.test", 'Content-Type: application/pdf; name="a.pdf"', base64, "", b64("x"), ""),
    beside: [],
    stays: /a\.pdf/,
  },
  {
    what: "a text that is a file",
    message: mixed(
      text,
      part(
        ["Content-Type: text/plain; charset=utf-8", "Content-Disposition: attachment; filename=log.txt"],
        "line 1\r\nline 2",
      ),
    ),
    beside: ["log.txt text/plain: line 1\r\nline 2"],
    stays: /Hello/,
  },
  {
    what: "a second text is no file",
    message: mixed(text, part(["Content-Type: text/plain"], "footer")),
    beside: [],
    stays: /footer/,
  },
  {
    what: "parts without a last line between them",
    message: `${head("multipart/mixed; boundary=m")}--m\r\n${text}\r\n--m\r\n${file("filename=a.pdf", b64("cut"), base64)}`,
    beside: ["a.pdf application/pdf: cut"],
    stays: /Hello/,
  },
  {
    what: "an outer line that ends the inner parts",
    message: mixed(
      `Content-Type: multipart/mixed; boundary=in\r\n\r\n--in\r\n${text}\r\n--in\r\n${file("filename=a.pdf", b64("x"), base64)}`,
      part(["Content-Type: text/plain"], "last"),
    ),
    beside: ["a.pdf application/pdf: x"],
    stays: /Hello[\s\S]*last/,
  },
];
