import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { checkPort, resolveServer } from "./resolve-server.ts";

const at = (host: string) => ({ host, port: 993 });
const failsWith = (code: string) => (error: { failure?: { code: string } }) => error.failure?.code === code;

describe("addresses that no mail server has are refused", () => {
  for (const host of [
    "169.254.169.254",
    "[::ffff:169.254.169.254]",
    "[fe80::1%eth0]",
    "64:ff9b::a9fe:a9fe",
    "0.0.0.0",
    "::",
    "224.0.0.1",
    "[ff02::1]",
    "100.100.100.200",
    "168.63.129.16",
    "fd00:ec2::254",
  ])
    test(host, () => assert.rejects(resolveServer(at(host)), failsWith("ADDRESS_NOT_ALLOWED")));
});

test("private and loopback addresses are a company's own servers", async () => {
  for (const host of ["127.0.0.1", "[::1]", "10.1.2.3", "192.168.1.1", "fd12::1", "192.0.2.1"])
    assert.deepEqual(
      (await resolveServer(at(host))).map(({ address }) => address),
      [host.replace(/[[\]]/g, "")],
    );
});

test("a name is resolved", async () => {
  const found = await resolveServer(at("localhost"));
  assert.ok(found.length > 0 && found.every(({ address }) => ["127.0.0.1", "::1"].includes(address)));
});

test("a port that the organisation does not allow is refused with the rule", () => {
  checkPort(at("mail.test"), null);
  checkPort(at("mail.test"), [465, 993]);
  assert.throws(
    () => checkPort(at("mail.test"), [443, 465]),
    (error: { failure: { code: string; evidence: { reply: string } } }) => {
      assert.equal(error.failure.code, "PORT_NOT_ALLOWED");
      assert.equal(error.failure.evidence.reply, "allowed outbound ports: 443, 465; not 993");
      return true;
    },
  );
});
