/** One way in which a server says a secret, with what may be left of its words. */
export interface RedactionCase {
  readonly what: string;
  readonly secret: string;
  readonly says: string;
  readonly shown: string | RegExp;
}

const password = 'Hunter 2&"Ü\\<é>=x';
const token = "ya29.a0Af/~+token?0123456789";
const base64 = (text: string) => Buffer.from(text).toString("base64");
const percent = (text: string) => [...Buffer.from(text)].map((byte) => `%${byte.toString(16)}`).join("");
/** The letters of base64 that hold nothing but what stands before the secret. */
const inBase64 = (before: string) => base64(before).slice(0, Math.floor((before.length * 8) / 6));
const plain = (user: string) => base64(`\0${user}\0${password}`);

/** Forms in which servers repeat what they were given. */
export const redactionCases: readonly RedactionCase[] = [
  { what: "as it is", secret: token, says: `bad ${token} here`, shown: "bad [secret] here" },
  { what: "several times", secret: token, says: `${token} ${token}`, shown: "[secret] [secret]" },
  {
    what: "in other letters",
    secret: "hunter2Secret",
    says: "500 UNKNOWN HUNTER2SECRET",
    shown: "500 UNKNOWN [secret]",
  },
  {
    what: "quoted with backslashes",
    secret: password,
    says: `no "${password.replace(/["\\]/g, "\\$&")}"`,
    shown: 'no "[secret]"',
  },
  { what: "as JSON", secret: password, says: JSON.stringify({ password }), shown: '{"password":"[secret]"}' },
  { what: "as a path", secret: token, says: `for a\\/${token.replaceAll("/", "\\/")}`, shown: "for a\\/[secret]" },
  {
    what: "as JSON outside ASCII",
    secret: "pass\u{1f511}wörd",
    says: '{"p":"pass\\ud83d\\udd11w\\u00f6rd"}',
    shown: '{"p":"[secret]"}',
  },
  { what: "in octal", secret: "Käse+Brot", says: "no K\\303\\244se+Brot", shown: "no [secret]" },
  { what: "in hexadecimal bytes", secret: "Käse+Brot", says: "no K\\xc3\\xa4se+Brot", shown: "no [secret]" },
  { what: "in hexadecimal", secret: "Käse", says: "0x4bC3a47365.", shown: "0x[secret]." },
  { what: "as percent codes", secret: token, says: `/?t=${encodeURIComponent(token)}&x`, shown: "/?t=[secret]&x" },
  { what: "with each letter as a percent code", secret: password, says: percent(password), shown: "[secret]" },
  { what: "as percent codes, twice", secret: token, says: percent(percent(token)), shown: "[secret]" },
  { what: "as percent codes of Latin-1", secret: "Käse+Brot", says: "K%E4se%2bBrot", shown: "[secret]" },
  { what: "as a form", secret: "open sesame", says: "p=open+sesame&q", shown: "p=[secret]&q" },
  {
    what: "as named entities",
    secret: password,
    says: "<p>Hunter 2&amp;&quot;Ü\\&lt;é&gt;=x</p>",
    shown: "<p>[secret]</p>",
  },
  {
    what: "as numbered entities",
    secret: "Käse+Brot",
    says: "<p>K&#228;se&#x2B;&#66;rot</p>",
    shown: "<p>[secret]</p>",
  },
  { what: "as quoted-printable", secret: "Käse=Brot", says: "K=C3=A4se=3DBrot", shown: "[secret]" },
  { what: "as quoted-printable over two lines", secret: "Käse=Brot", says: "K=C3=A4s=\r\ne=3DBrot", shown: "[secret]" },
  { what: "with its bytes read as Latin-1", secret: "Käse+Brot", says: "no KÃ¤se+Brot!", shown: "no [secret]!" },
  { what: "with what looks like an escape in it", secret: "100%25sure", says: "no 100%25sure", shown: "no [secret]" },
  {
    what: "with what looks like an escape in it, escaped",
    secret: "100%25sure",
    says: "no 100%2525sure",
    shown: "no [secret]",
  },
  ...["", "a", "ab", "abc", "user=ann@example.test\x01auth=Bearer "].flatMap((before) =>
    (["base64", "base64url"] as const).map((encoding) => ({
      what: `in ${encoding} behind ${before.length} bytes`,
      secret: token,
      says: Buffer.from(`${before}${token}\x01\x01`).toString(encoding),
      shown: new RegExp(`^${inBase64(before)}\\[secret\\][AEBQ=]{0,5}$`),
    })),
  ),
  ...["x", "xy", "xyz"].map((user) => ({
    what: `in SASL PLAIN of a user of ${user.length} letters`,
    secret: password,
    says: plain(user),
    shown: new RegExp(`^${inBase64(`\0${user}\0`)}\\[secret\\]=*$`),
  })),
  {
    what: "in SASL PLAIN folded over lines",
    secret: password,
    says: `535-${plain("x").slice(0, 14)}\r\n535 ${plain("x").slice(14)}`,
    shown: /^535-AHgA\[secret\]=*$/,
  },
  {
    what: "in base64 as percent codes",
    secret: token,
    says: encodeURIComponent(base64(`?${token}`)),
    shown: /^P\[secret\](%3D)*$/,
  },
  { what: "cut off at the end", secret: token, says: "535 bad token ya29.a0Af/", shown: "535 bad token [secret]" },
  {
    what: "cut off at the end of a line",
    secret: token,
    says: "535-bad token ya29.a0\r\n535 see the manual",
    shown: "535-bad token [secret]\r\n535 see the manual",
  },
  { what: "cut off with dots", secret: token, says: 'bad token "ya29.a0..."', shown: 'bad token "[secret]..."' },
  { what: "cut off in its base64", secret: token, says: base64(token).slice(0, 21), shown: "[secret]" },
  { what: "cut off in its percent codes", secret: password, says: "p=Hunter%202%26%22", shown: "p=[secret]" },
  { what: "folded", secret: token, says: "NO ya29.a0\r\n Af/~+token?0123456789", shown: "NO [secret]" },
  {
    what: "over lines of SMTP",
    secret: token,
    says: "535-ya29.a\r\n535-0Af/~+t\r\n535 oken?0123456789",
    shown: "535-[secret]",
  },
  { what: "behind a beginning of itself", secret: "aabaac", says: "aabaabaac.", shown: "aab[secret]." },
];
