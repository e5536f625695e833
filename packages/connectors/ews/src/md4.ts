/** Message Digest 4 (RFC 1320). OpenSSL 3 no longer has it, and NTLM hashes passwords with it. For nothing else. */
export function md4(input: Uint8Array): Buffer {
  const blocks = Math.ceil((input.length + 9) / 64);
  const padded = Buffer.alloc(blocks * 64);
  padded.set(input);
  padded[input.length] = 0x80;
  padded.writeBigUInt64LE(BigInt(input.length) * 8n, padded.length - 8);
  let [a, b, c, d] = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476];
  for (let at = 0; at < padded.length; at += 64) {
    const before = [a, b, c, d] as const;
    for (const { mix, add, order, turns } of rounds)
      for (const [step, word] of order.entries()) {
        const sum = (a + mix(b, c, d) + padded.readUInt32LE(at + word * 4) + add) >>> 0;
        const turn = turns[step % 4] as number;
        [a, b, c, d] = [d, ((sum << turn) | (sum >>> (32 - turn))) >>> 0, b, c];
      }
    [a, b, c, d] = [a + before[0], b + before[1], c + before[2], d + before[3]].map((sum) => sum >>> 0) as [
      number,
      number,
      number,
      number,
    ];
  }
  const digest = Buffer.alloc(16);
  for (const [place, word] of [a, b, c, d].entries()) digest.writeUInt32LE(word, place * 4);
  return digest;
}

/** The three rounds (RFC 1320 §3.4): how they mix, what they add, in which order they take words, how far they turn. */
const rounds = [
  {
    mix: (x: number, y: number, z: number) => (x & y) | (~x & z),
    add: 0,
    order: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
    turns: [3, 7, 11, 19],
  },
  {
    mix: (x: number, y: number, z: number) => (x & y) | (x & z) | (y & z),
    add: 0x5a827999,
    order: [0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15],
    turns: [3, 5, 9, 13],
  },
  {
    mix: (x: number, y: number, z: number) => x ^ y ^ z,
    add: 0x6ed9eba1,
    order: [0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15],
    turns: [3, 9, 11, 15],
  },
] as const;
