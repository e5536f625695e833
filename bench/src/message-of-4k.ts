/** A message of about 4 KB with ordinary headers and a text body; `n` makes it different from its neighbours. */
export function messageOf4K(n: number, to: string): Buffer {
  const line = "All the lamps that were ordered leave the house tomorrow; the invoice follows by post.\r\n";
  return Buffer.from(
    [
      "Return-Path: <customer@elsewhere.test>",
      `Received: from mx.elsewhere.test (mx.elsewhere.test [192.0.2.${n % 250}]) by mx.example.test; Mon, 23 Nov 2026 10:00:00 +0000`,
      'From: "A. Customer" <customer@elsewhere.test>',
      `To: ${to}`,
      `Subject: Order ${n} of many`,
      `Message-ID: <bench-${n}@elsewhere.test>`,
      "Date: Mon, 23 Nov 2026 10:00:00 +0000",
      "MIME-Version: 1.0",
      "Content-Type: text/plain; charset=utf-8",
      "",
      `Order number ${n}`,
      line.repeat(41),
    ].join("\r\n"),
  );
}
