import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type AddressVerdict, judgeAddress } from "./address-rules.ts";
import { type Network, parseNetwork } from "./ip-address.ts";
import { readPrivateNetworks } from "./private-networks.ts";

const allowed = readPrivateNetworks("127.0.0.0/8, 10.1.0.0/16 fd12::/16")
  .map(parseNetwork)
  .filter((network): network is Network => network !== null);

const verdicts: Readonly<Record<AddressVerdict, readonly string[]>> = {
  public: ["142.250.1.1", "2a00:1450:4001::1", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1"],
  "allowed-private": ["127.0.0.1", "127.9.9.9", "10.1.2.3", "::ffff:10.1.2.3", "::ffff:7f00:1", "[fd12::1]"],
  private: [
    ...[
      "10.2.0.1",
      "172.16.0.1",
      "172.31.255.255",
      "192.168.1.1",
      "100.64.0.1",
      "198.18.0.1",
      "203.0.113.9",
      "240.0.0.1",
    ],
    ...[
      "::1",
      "fd13::1",
      "fc00::1",
      "::ffff:192.168.1.1",
      "64:ff9b::a02:1",
      "2002:c0a8:101::",
      "2001:db8::1",
      "::7f00:1",
    ],
  ],
  never: [
    ...["0.0.0.0", "0.1.2.3", "169.254.169.254", "169.254.0.1", "224.0.0.1", "239.9.9.9", "255.255.255.255"],
    ...["100.100.100.200", "168.63.129.16", "::", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "fd00:ec2::254"],
    ...[
      "::ffff:169.254.169.254",
      "::ffff:0:169.254.169.254",
      "64:ff9b::a9fe:a9fe",
      "2002:a9fe:a9fe::",
      "::ffff:0.0.0.0",
    ],
    ...["", "example.test", "127.1", "0x7f000001", "127.0.0.1.", "1.2.3.4/8"],
  ],
};

describe("an address that a name resolves to", () => {
  for (const [verdict, addresses] of Object.entries(verdicts))
    for (const address of addresses)
      test(`${address || "(empty)"} is ${verdict}`, () => assert.equal(judgeAddress(address, allowed), verdict));

  test("is never allowed where it must not be, whatever the installation allows", () => {
    const wide = ["169.0.0.0/8", "fe80::/10", "100.100.100.200"].map((text) => parseNetwork(text)!);
    for (const address of ["169.254.169.254", "fe80::1", "100.100.100.200"])
      assert.equal(judgeAddress(address, wide), "never");
  });
});

describe("the list of private networks", () => {
  test("may be empty", () => assert.deepEqual(readPrivateNetworks(""), []));
  test("takes single addresses", () =>
    assert.deepEqual(readPrivateNetworks("10.0.0.1,fd00::1"), ["10.0.0.1", "fd00::1"]));
  for (const [text, words] of [
    ["10.0.0.0/8,office", /"office" is not a network/],
    ["10.0.0.0/33", /is not a network/],
    ["10.0.0/8", /is not a network/],
    ["0.0.0.0/0", /too wide/],
    ["::/0", /too wide/],
  ] as const)
    test(`refuses ${text}`, () => assert.throws(() => readPrivateNetworks(text), words));
});
