import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { channelBindings } from "./channel-bindings.ts";
import { md4 } from "./md4.ts";
import { authenticateMessage, NtlmRefused, negotiateMessage, ntlmKey, ntlmProof, readChallenge } from "./ntlm.ts";
import { firstToken, messageIn, nextToken } from "./spnego.ts";

const hex = (text: string) => Buffer.from(text.replaceAll(" ", ""), "hex");

test("MD4 gives the digests of RFC 1320, appendix A.5", () => {
  for (const [text, digest] of [
    ["", "31d6cfe0d16ae931b73c59d7e0c089c0"],
    ["abc", "a448017aaf21d8525fc10ae87aa6729d"],
    ["message digest", "d9130a8164549fe818874806e1c7014b"],
    ["ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", "043f8582f241db351ce627e153e7f0e4"],
    [
      "12345678901234567890123456789012345678901234567890123456789012345678901234567890",
      "e33b4ddc9c38f2199c3e7b164fcc0536",
    ],
  ] as const)
    assert.equal(md4(Buffer.from(text)).toString("hex"), digest, text);
});

// MS-NLMP §4.2.1 and §4.2.4: the protocol's own example.
const account = { user: "Domain\\User", password: "Password" };
const serverChallenge = hex("0123456789abcdef");
const clientChallenge = hex("aaaaaaaaaaaaaaaa");
const targetInfo = hex("02000c0044006f006d00610069006e00 01000c00530065007200760065007200 00000000");

describe("NTLMv2", () => {
  test("makes the key and the proof of the protocol's example", () => {
    const key = ntlmKey(account);
    assert.equal(key.toString("hex"), "0c868a403bfd7a93a3001ef22ef02e3f");
    const { response, sessionKey } = ntlmProof(key, serverChallenge, clientChallenge, Buffer.alloc(8), targetInfo);
    assert.equal(response.subarray(0, 16).toString("hex"), "68cd0ab851e51c96aabc927bebef6a1c");
    assert.equal(sessionKey.toString("hex"), "8de40ccadbc14a82f15cb0ad0de95ca3");
  });

  const challenge = (change: (message: Buffer) => void = () => {}) => {
    const message = Buffer.concat([Buffer.from("NTLMSSP\0"), Buffer.alloc(48), targetInfo]);
    message.writeUInt32LE(2, 8);
    message.writeUInt32LE(0xe28a8235, 20);
    serverChallenge.copy(message, 24);
    message.writeUInt16LE(targetInfo.length, 40);
    message.writeUInt16LE(targetInfo.length, 42);
    message.writeUInt32LE(56, 44);
    change(message);
    return message;
  };

  test("answers a challenge with name, domain, proof and a code over all three messages", () => {
    const messages = { negotiate: negotiateMessage(), challenge: challenge() };
    const moment = { clientChallenge, now: 0, service: "HTTP/server", bindings: Buffer.alloc(16, 7) };
    const answer = authenticateMessage(account, messages, moment);
    const field = (place: number) =>
      answer.subarray(
        answer.readUInt32LE(16 + place * 8),
        answer.readUInt32LE(16 + place * 8) + answer.readUInt16LE(12 + place * 8),
      );
    assert.equal(field(2).toString("utf16le"), "Domain");
    assert.equal(field(3).toString("utf16le"), "User");
    assert.ok(field(1).includes(Buffer.concat([hex("0a001000"), Buffer.alloc(16, 7)])), "bound to the connection");
    assert.notEqual(answer.subarray(72, 88).toString("hex"), "0".repeat(32));
    const other = authenticateMessage(
      account,
      { ...messages, challenge: challenge((message) => message.writeUInt32LE(7, 52)) },
      moment,
    );
    assert.notDeepEqual(other.subarray(72, 88), answer.subarray(72, 88));
  });

  const refused: readonly [string, Buffer, RegExp][] = [
    ["no NTLM", Buffer.from("x".repeat(60)), /no NTLM message/],
    ["a short one", challenge().subarray(0, 40), /no NTLM message/],
    ["a long one", Buffer.concat([challenge(), Buffer.alloc(20_000)]), /no NTLM message/],
    ["another message", challenge((message) => message.writeUInt32LE(3, 8)), /type 3/],
    ["NTLMv1", challenge((message) => message.writeUInt32LE(0xe2028235, 20)), /NTLMv1 only/],
    ["one without Unicode", challenge((message) => message.writeUInt32LE(0xe28a8234, 20)), /Unicode/],
    ["target info outside of it", challenge((message) => message.writeUInt32LE(5000, 44)), /outside of it/],
    ["target info without its end", challenge((message) => message.writeUInt16LE(999, 58)), /come to its end/],
  ];
  for (const [what, message, words] of refused)
    test(`refuses ${what}`, () =>
      assert.throws(
        () => readChallenge(message),
        (error) => error instanceof NtlmRefused && words.test(error.message),
      ));

  test("inside Negotiate it is found again, and Kerberos is not taken for it", () => {
    const message = negotiateMessage();
    assert.deepEqual(messageIn(firstToken(message)), message);
    assert.deepEqual(messageIn(nextToken(Buffer.concat([message, Buffer.alloc(400)])))?.subarray(0, 32), message);
    assert.equal(messageIn(hex("a1073005a0030a0100")), null);
  });
});

test("a certificate that cannot be read binds nothing that breaks", () => {
  for (const bytes of [Buffer.alloc(0), hex("3082"), hex("30848080"), Buffer.alloc(300, 0x30)])
    assert.equal(channelBindings(bytes).length, 16);
});
