/** MD4 (RFC 1320), which NTLM needs and OpenSSL 3 no longer has. */
export function md4(message: Buffer): Buffer {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(message.length) * 8n);
  const zeros = Buffer.alloc((((55 - message.length) % 64) + 64) % 64);
  const padded = Buffer.concat([message, Buffer.from([0x80]), zeros, length]);
  const state = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476];
  const rotate = (value: number, by: number) => (value << by) | (value >>> (32 - by));
  for (let block = 0; block < padded.length; block += 64) {
    const word = (index: number) => padded.readUInt32LE(block + index * 4);
    let [a = 0, b = 0, c = 0, d = 0] = state;
    for (const { mix, constant, order, shifts } of rounds)
      for (const [step, index] of order.entries()) {
        const turned = rotate((a + mix(b, c, d) + word(index) + constant) | 0, shifts[step % 4] ?? 0);
        [a, d, c, b] = [d, c, b, turned];
      }
    for (const [index, value] of [a, b, c, d].entries()) state[index] = ((state[index] ?? 0) + value) >>> 0;
  }
  const digest = Buffer.alloc(16);
  for (const [index, value] of state.entries()) digest.writeUInt32LE(value, index * 4);
  return digest;
}

interface Round {
  readonly mix: (x: number, y: number, z: number) => number;
  readonly constant: number;
  readonly order: readonly number[];
  readonly shifts: readonly number[];
}

/** RFC 1320 section 3.4. */
const rounds: readonly Round[] = [
  {
    mix: (x, y, z) => (x & y) | (~x & z),
    constant: 0,
    order: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
    shifts: [3, 7, 11, 19],
  },
  {
    mix: (x, y, z) => (x & y) | (x & z) | (y & z),
    constant: 0x5a827999,
    order: [0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15],
    shifts: [3, 5, 9, 13],
  },
  {
    mix: (x, y, z) => x ^ y ^ z,
    constant: 0x6ed9eba1,
    order: [0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15],
    shifts: [3, 9, 11, 15],
  },
];
