import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { checkPort, resolveServer } from "./resolve-server.ts";

const internal = ["10.0.0.0/8", "192.168.0.0/16", "fc00::/7"];
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
    test(host, () =>
      assert.rejects(
        resolveServer(at(host), { allowedNetworks: [...internal, host.replace(/[[\]]/g, "")] }),
        failsWith("ADDRESS_NOT_ALLOWED"),
      ),
    );
});

test("private networks are a company's own where it says so; loopback and the rest only if it is named", async () => {
  for (const host of ["10.1.2.3", "192.168.1.1", "fd12::1"]) {
    assert.equal((await resolveServer(at(host), { allowedNetworks: internal })).length, 1);
    await assert.rejects(resolveServer(at(host), { allowedNetworks: [] }), failsWith("ADDRESS_NOT_ALLOWED"));
  }
  for (const host of ["127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "192.0.2.1", "localhost"])
    await assert.rejects(resolveServer(at(host), { allowedNetworks: internal }), failsWith("ADDRESS_NOT_ALLOWED"));
  const found = await resolveServer(at("localhost"), { allowedNetworks: ["127.0.0.0/8", "::1"] });
  assert.ok(found.length > 0 && found.every(({ address }) => ["127.0.0.1", "::1"].includes(address)));
});

test("parts of the installation itself are refused under each of their addresses, other ports are not", async () => {
  const rules = { allowedNetworks: ["127.0.0.0/8", "::1"], refused: [{ host: "localhost", port: 4222 }] };
  for (const host of ["127.0.0.1", "127.0.0.9", "localhost", "[::1]", "[::ffff:127.0.0.1]"])
    await assert.rejects(resolveServer({ host, port: 4222 }, rules), failsWith("ADDRESS_NOT_ALLOWED"));
  await resolveServer({ host: "127.0.0.1", port: 993 }, rules);
  const unknown = { allowedNetworks: ["127.0.0.1"], refused: [{ host: "no.such.host.invalid", port: 993 }] };
  await resolveServer({ host: "127.0.0.1", port: 993 }, unknown);
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
