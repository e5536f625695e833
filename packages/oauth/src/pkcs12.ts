import { createDecipheriv, createHash, createPrivateKey, pbkdf2, X509Certificate } from "node:crypto";
import { promisify } from "node:util";
import { type Der, derOf, oidOf, Unreadable } from "./der.ts";

/** Content types and bags (RFC 7292 §4, RFC 5652). */
const data = "1.2.840.113549.1.7.1";
const encryptedData = "1.2.840.113549.1.7.6";
const keyBag = "1.2.840.113549.1.12.10.1.1";
const shroudedKeyBag = "1.2.840.113549.1.12.10.1.2";
const certificateBag = "1.2.840.113549.1.12.10.1.3";
/** Ways of encrypting (RFC 7292 appendix C, RFC 8018). */
const tripleDes = "1.2.840.113549.1.12.1.3";
const pbes2 = "1.2.840.113549.1.5.13";
const hmacs: Readonly<Record<string, string>> = {
  "1.2.840.113549.2.7": "sha1",
  "1.2.840.113549.2.9": "sha256",
  "1.2.840.113549.2.10": "sha384",
  "1.2.840.113549.2.11": "sha512",
};
const ciphers: Readonly<Record<string, readonly [name: string, keyBytes: number]>> = {
  "2.16.840.1.101.3.4.1.2": ["aes-128-cbc", 16],
  "2.16.840.1.101.3.4.1.22": ["aes-192-cbc", 24],
  "2.16.840.1.101.3.4.1.42": ["aes-256-cbc", 32],
  "1.2.840.113549.3.7": ["des-ede3-cbc", 24],
};
const obsolete: Readonly<Record<string, string>> = {
  "1.2.840.113549.1.12.1.5": "RC2 with 128 bits",
  "1.2.840.113549.1.12.1.6": "RC2 with 40 bits",
};

/**
 * What a sender may make us compute for one file, in rounds: many times what programs use. A round of 3DES counts six
 * times: three values are derived in each reading of no password, and in this thread.
 */
const mostRounds = 600_000;
const tripleDesWeight = 6;
const mostBags = 50;
const mostEncrypted = 8;

/** Without a password there are two readings of it (RFC 7292 appendix B.1): an empty text with its end, and nothing. */
const noPassword = [Buffer.from([0, 0]), Buffer.alloc(0)];

/**
 * The private key and the certificates of a PKCS #12 file without a password (RFC 7292), as one PEM text with the key
 * first. Its MAC proves nothing without a password and is not looked at. Throws `Unreadable`, which holds nothing of
 * the key.
 */
export async function readPkcs12(file: Uint8Array): Promise<string> {
  const [version, authenticated] = derOf(file).children();
  if (!version || !authenticated) throw new Unreadable("it is not a PKCS #12 file");
  const keys: string[] = [];
  const certificates: string[] = [];
  let encrypted = 0;
  const spend = roundsOf(mostRounds);
  const open = (algorithm: Der, content: Uint8Array) => {
    encrypted += 1;
    if (encrypted > mostEncrypted) throw new Unreadable("it has too many encrypted parts");
    return decrypt(algorithm, content, spend);
  };
  for (const info of derOf(contentOf(authenticated)).children(mostBags)) {
    const bags = await bagsOf(info, open);
    for (const bag of bags.children(mostBags)) {
      const [kind, wrapped] = bag.children();
      const value = wrapped?.children()[0];
      if (!kind || !value) throw new Unreadable("a bag is incomplete");
      const type = oidOf(kind);
      if (type === keyBag) keys.push(keyOf(value.whole));
      else if (type === shroudedKeyBag) {
        const [algorithm, content] = value.children();
        if (!algorithm || !content) throw new Unreadable("the key's bag is incomplete");
        keys.push(keyOf(await open(algorithm, content.bytes())));
      } else if (type === certificateBag) {
        const der = value.children()[1]?.children()[0];
        if (der) certificates.push(certificateOf(der.bytes()));
      }
    }
  }
  const [key] = keys;
  if (key === undefined) throw new Unreadable("it has no private key: the key is not exportable");
  return [key, ...certificates].join("\n");
}

/** The bags of one part, which are encrypted or not. */
async function bagsOf(info: Der, open: (algorithm: Der, content: Uint8Array) => Promise<Buffer>): Promise<Der> {
  const [type, content] = info.children();
  if (!type || !content) throw new Unreadable("a part is incomplete");
  if (oidOf(type) === data) return derOf(contentOf(info));
  if (oidOf(type) !== encryptedData) throw new Unreadable("a part is sealed with a public key");
  const [, inner] = content.children()[0]?.children() ?? [];
  const [, algorithm, ciphertext] = inner?.children() ?? [];
  if (!algorithm || !ciphertext) throw new Unreadable("an encrypted part is incomplete");
  return derOf(await open(algorithm, ciphertext.bytes()));
}

function contentOf(info: Der): Uint8Array {
  const octets = info.children()[1]?.children()[0];
  if (!octets) throw new Unreadable("a part has no content");
  return octets.bytes();
}

async function decrypt(algorithm: Der, content: Uint8Array, spend: Spend): Promise<Buffer> {
  const [id, parameters] = algorithm.children();
  const oid = id ? oidOf(id) : "";
  if (!parameters) throw new Unreadable("its encryption has no parameters");
  if (oid === pbes2) return decryptPbes2(parameters, content, spend);
  if (oid !== tripleDes)
    throw new Unreadable(`it is encrypted with ${obsolete[oid] ?? oid}, which Mailfleet does not read`);
  const [salt, rounds] = parameters.children();
  const count = spend(rounds, tripleDesWeight);
  for (const password of noPassword) {
    const derive = (use: number, length: number) =>
      deriveKey(use, length, password, salt?.bytes() ?? Buffer.alloc(0), count);
    const opened = decipher("des-ede3-cbc", derive(1, 24), derive(2, 8), content);
    if (opened) return opened;
  }
  throw protectedByPassword();
}

/** RFC 8018 §6.2. */
async function decryptPbes2(parameters: Der, content: Uint8Array, spend: Spend): Promise<Buffer> {
  const [derivation, scheme] = parameters.children().map((one) => one.children());
  const [salt, rounds, ...rest] = derivation?.[1]?.children() ?? [];
  const [cipher, keyBytes] = ciphers[scheme?.[0] ? oidOf(scheme[0]) : ""] ?? [];
  const iv = scheme?.[1]?.bytes();
  if (!salt || !cipher || keyBytes === undefined || !iv) throw new Unreadable("its encryption is unknown");
  const named = rest.find((one) => one.isSequence)?.children()[0];
  const hmac = named ? hmacs[oidOf(named)] : "sha1";
  if (!hmac) throw new Unreadable("its encryption is unknown");
  const count = spend(rounds, 1);
  const key = await promisify(pbkdf2)(Buffer.alloc(0), salt.bytes(), count, keyBytes, hmac);
  const opened = decipher(cipher, key, iv, content);
  if (!opened) throw protectedByPassword();
  return opened;
}

/** Takes the rounds of one part from what is left for the file, each this many times. Throws `Unreadable`. */
type Spend = (rounds: Der | undefined, weight: number) => number;

function roundsOf(most: number): Spend {
  let left = most;
  return (rounds, weight) => {
    const count = rounds?.integer() ?? 0;
    const possible = Math.floor(left / weight);
    if (count < 1 || count > possible)
      throw new Unreadable(
        `its encryption takes ${count} rounds; at most ${possible} ${left < most ? "more " : ""}are made`,
      );
    left -= count * weight;
    return count;
  };
}

function decipher(name: string, key: Uint8Array, iv: Uint8Array, content: Uint8Array): Buffer | null {
  try {
    const cipher = createDecipheriv(name, key, iv);
    const opened = Buffer.concat([cipher.update(content), cipher.final()]);
    // What opens with a wrong password by chance is no sequence.
    return opened[0] === 0x30 ? opened : null;
  } catch {
    return null;
  }
}

/** RFC 7292 appendix B.2, with SHA-1. `use`: 1 for a key, 2 for an initialisation vector. */
function deriveKey(use: number, length: number, password: Uint8Array, salt: Uint8Array, rounds: number): Buffer {
  const block = 64;
  const fill = (text: Uint8Array) =>
    text.length === 0 ? text : Buffer.alloc(Math.ceil(text.length / block) * block, text);
  const input = Buffer.concat([fill(salt), fill(password)]);
  const parts: Buffer[] = [];
  for (let made = 0; made < length; made += 20) {
    let hash = createHash("sha1").update(Buffer.alloc(block, use)).update(input).digest();
    for (let round = 1; round < rounds; round += 1) hash = createHash("sha1").update(hash).digest();
    parts.push(hash);
    const plus = Buffer.alloc(block, hash);
    for (let start = 0; start < input.length; start += block) {
      let carry = 1;
      for (let at = block - 1; at >= 0; at -= 1) {
        carry += (input[start + at] ?? 0) + (plus[at] ?? 0);
        input[start + at] = carry & 0xff;
        carry >>= 8;
      }
    }
  }
  return Buffer.concat(parts).subarray(0, length);
}

function keyOf(der: Uint8Array): string {
  try {
    const key = createPrivateKey({ key: Buffer.from(der), format: "der", type: "pkcs8" });
    return key.export({ type: "pkcs8", format: "pem" }).toString();
  } catch {
    throw new Unreadable("its private key cannot be read");
  }
}

function certificateOf(der: Uint8Array): string {
  try {
    return new X509Certificate(der).toString();
  } catch {
    throw new Unreadable("one of its certificates cannot be read");
  }
}

const protectedByPassword = () => new Unreadable("it is protected with a password, or was changed");
