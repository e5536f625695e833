/** A message as it would come from outside, with what the demo expects to see of it. */
export interface MimeSample {
  readonly what: string;
  readonly raw: Buffer;
  readonly expectedSubject: string | null;
}

const lines = (...parts: string[]) => Buffer.from(`${parts.join("\r\n")}\r\n`, "utf8");

/** Four shapes that real inboxes hold: plain, multipart with an attachment, headers beyond ASCII, and a broken one. */
export function mimeSamples(to: string): MimeSample[] {
  const from = "Customer <customer@elsewhere.test>";
  return [
    {
      what: "a plain message",
      expectedSubject: "When do you open?",
      raw: lines(
        `From: ${from}`,
        `To: ${to}`,
        "Subject: When do you open?",
        "Message-ID: <plain@elsewhere.test>",
        "Date: Mon, 23 Nov 2026 09:00:00 +0000",
        "",
        "Good morning, when do you open on Saturday?",
      ),
    },
    {
      what: "a multipart message with an attachment",
      expectedSubject: "Order 4711",
      raw: lines(
        `From: ${from}`,
        `To: ${to}`,
        "Subject: Order 4711",
        "Message-ID: <multipart@elsewhere.test>",
        "MIME-Version: 1.0",
        'Content-Type: multipart/mixed; boundary="part"',
        "",
        "--part",
        "Content-Type: text/plain; charset=utf-8",
        "",
        "The order is attached.",
        "--part",
        'Content-Type: text/csv; name="order.csv"',
        'Content-Disposition: attachment; filename="order.csv"',
        "Content-Transfer-Encoding: base64",
        "",
        Buffer.from("article;pieces\r\nlamp;3\r\n").toString("base64"),
        "--part--",
      ),
    },
    {
      what: "headers beyond ASCII",
      expectedSubject: "Grüße aus 東京",
      raw: lines(
        "From: =?utf-8?q?J=C3=BCrgen_Gr=C3=BCn?= <juergen@elsewhere.test>",
        `To: ${to}`,
        `Subject: =?utf-8?b?${Buffer.from("Grüße aus 東京").toString("base64")}?=`,
        "Message-ID: <encoded@elsewhere.test>",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: 8bit",
        "",
        "Viele Grüße!",
      ),
    },
    {
      what: "a broken message (no headers that make sense, an open multipart)",
      expectedSubject: null,
      raw: lines(
        "this line is no header at all",
        "Content-Type: multipart/mixed; boundary=never-closed",
        "",
        "--never-closed",
        "Content-Transfer-Encoding: base64",
        "",
        "%%%% not base64 %%%%",
      ),
    },
  ];
}
