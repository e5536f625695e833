import assert from "node:assert/strict";
import { test } from "node:test";
import type { Envelope } from "@mailfleet/connector-api";
import { addressByHeader } from "./address-by-header.ts";
import { addressesIn, recipientFields } from "./header-addresses.ts";

const address = (envelope: Envelope, raw: Uint8Array) =>
  addressByHeader(envelope, raw, { server: "The API", method: "send" });

const lists: readonly [string, string[]][] = [
  ["a@x.org", ["a@x.org"]],
  ["a@x.org, b@x.org", ["a@x.org", "b@x.org"]],
  ['"Doe, Jane <no@x.org>" <jane@x.org>, Kim (the (old) one, k@x.org) <kim@x.org>', ["jane@x.org", "kim@x.org"]],
  ["Team: a@x.org, B <b@x.org>; c@x.org", ["a@x.org", "b@x.org", "c@x.org"]],
  ["undisclosed-recipients:;", []],
  ["<@relay.org,@other.org:a@x.org>", ["a@x.org"]],
  ['"a b"@x.org, "q\\"@y"@x.org', ['"a b"@x.org', '"q\\"@y"@x.org']],
  ["=?utf-8?Q?J=C3=B6rg?= <joerg@x.org>", ["joerg@x.org"]],
  ["Jörg <jörg@bücher.example>", ["jörg@bücher.example"]],
  ["a@x.org <b@x.org>", ["b@x.org"]],
  ["broken <a@x.org", ["a@x.org"]],
  ["", []],
];

for (const [list, addresses] of lists)
  test(`the addresses of ${JSON.stringify(list)}`, () => assert.deepEqual(addressesIn(list), addresses));

test("all fields of these names count, folded or not, and only in the header section", () => {
  const raw = Buffer.from(
    "TO: a@x.org,\r\n b@x.org\r\nCc : c@x.org\r\nto:d@x.org\r\nX-To: no@x.org\r\nBcc:\r\n e@x.org\r\n\r\nTo: no@x.org\r\n",
  );
  const fields = recipientFields(raw);
  assert.deepEqual(fields?.visible, ["a@x.org", "b@x.org", "c@x.org", "d@x.org"]);
  assert.deepEqual(fields?.blind, ["e@x.org"]);
  const [blind] = fields?.blindFields ?? [];
  assert.equal(raw.toString("latin1", blind?.from, blind?.to), "Bcc:\r\n e@x.org\r\n");
  assert.equal(recipientFields(Buffer.alloc(300_000, "X-Filler: x\r\n")), null);
});

test("what needs no change is not touched, not even copied", () => {
  const raw = Buffer.from("To: a@x.org\nBcc: b@X.ORG\n\nbody\n");
  const pieces = address({ from: "me@x.org", to: ["A@x.org", "b@x.org"] }, raw);
  assert.equal(pieces[0], raw);
  const idn = Buffer.from("To: a@b\u00fccher.example\r\n\r\n");
  assert.equal(address({ from: "me@x.org", to: ["a@xn--bcher-kva.example"] }, idn)[0], idn);
});

test("a missing recipient becomes one Bcc field in place of those that were there", () => {
  const raw = Buffer.from("To: a@x.org\r\nBcc: b@x.org\r\nSubject: s\r\nBcc: c@x.org\r\n\r\nbody\r\n");
  const pieces = address({ from: "me@x.org", to: ["a@x.org", "b@x.org", "c@x.org", "d@x.org"] }, raw);
  assert.equal(
    Buffer.concat(pieces).toString(),
    "Bcc: b@x.org,\r\n c@x.org,\r\n d@x.org\r\nTo: a@x.org\r\nSubject: s\r\n\r\nbody\r\n",
  );
  const blindOnly = address({ from: "me@x.org", to: ["a@x.org"] }, Buffer.from("\r\nbody"));
  assert.equal(Buffer.concat(blindOnly).toString(), "Bcc: a@x.org\r\n\r\nbody");
});

test("nobody is reached whom the envelope does not name, and no address ends its field", () => {
  const send = (to: string[], head: string) => () => address({ from: "me@x.org", to }, Buffer.from(`${head}\r\n\r\n`));
  assert.throws(send(["a@x.org"], "To: a@x.org\r\nCc: eve@x.org"), /MESSAGE_REFUSED.*eve@x\.org/);
  assert.throws(send(["a@x.org"], "To: a@x.org\r\nBcc: eve@x.org"), /MESSAGE_REFUSED.*eve@x\.org/);
  for (const address of [
    "b@x.org\r\nTo: eve@x.org",
    "b@x.org, eve@x.org",
    "b <eve@x.org>",
    "b",
    '"b\r\n"@x.org',
    "@x.org",
  ])
    assert.throws(send(["a@x.org", address], "To: a@x.org"), /RECIPIENT_REFUSED/);
  assert.throws(send([], "To: a@x.org"), /RECIPIENT_REFUSED/);
});
