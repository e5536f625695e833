import { link, mkdir, open, readFile, stat, unlink } from "node:fs/promises";
import { join } from "node:path";
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from "jose";
import { z } from "zod";

const base64url = z.string().regex(/^[A-Za-z0-9_-]{43}$/, "must be 32 bytes as base64url");
/** When it was made and when it ends, in seconds since the epoch; absent: not known, and never. */
const times = { iat: z.number().int().optional(), exp: z.number().int().optional() };
const publicParts = {
  kty: z.literal("OKP"),
  crv: z.literal("X25519"),
  kid: z.string().min(1).max(200),
  x: base64url,
  ...times,
};

/** The public half of an X25519 key pair as a JWK (RFC 8037 §2). */
const PublicKey = z.object(publicParts);
/** The whole pair; `d` is the private half. */
const PrivateKey = z.object({ ...publicParts, d: base64url });

/** A seal key file: `{"keys": [public JWK, …]}`. The first one is the newest and seals. */
export const SealKeyFile = z.object({ keys: z.array(PublicKey).min(1, "must hold at least one key") });
export type SealKeyFile = z.infer<typeof SealKeyFile>;

/** An open key file: `{"keys": [private JWK, …]}`. Any of them opens what names its `kid`. */
export const OpenKeyFile = z.object({ keys: z.array(PrivateKey).min(1, "must hold at least one key") });
export type OpenKeyFile = z.infer<typeof OpenKeyFile>;

/** Paths of the four files that a whole installation needs. */
export interface KeyFiles {
  /** Private keys for mailboxes' and profiles' credentials: inbound-sync and outbound-send. */
  readonly mailboxOpenKeys: string;
  /** The matching public key: console. */
  readonly mailboxSealKey: string;
  /** Private keys for the notification relay's password: alerting. */
  readonly notifyOpenKeys: string;
  /** The matching public key: console. */
  readonly notifySealKey: string;
}

/**
 * Makes the missing files, private ones with mode 0600, and never touches an existing one. A missing seal file is
 * derived from its open file, so that the two always match.
 */
export async function generateKeyFiles(directory: string): Promise<KeyFiles> {
  const files: KeyFiles = {
    mailboxOpenKeys: join(directory, "mailbox-open-keys.json"),
    mailboxSealKey: join(directory, "mailbox-seal-key.json"),
    notifyOpenKeys: join(directory, "notify-open-keys.json"),
    notifySealKey: join(directory, "notify-seal-key.json"),
  };
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await generatePair(files.mailboxOpenKeys, files.mailboxSealKey);
  await generatePair(files.notifyOpenKeys, files.notifySealKey);
  return files;
}

async function generatePair(openFile: string, sealFile: string): Promise<void> {
  await writeNew(openFile, 0o600, async () => ({ keys: [await generateKey()] }));
  await writeNew(sealFile, 0o644, async () => publicKeysOf(await readOpenKeys(openFile)));
}

/** A new private key; its `kid` is the thumbprint of its public half (RFC 7638), so equal keys have equal names. */
export async function generateKey(): Promise<OpenKeyFile["keys"][number]> {
  const pair = await generateKeyPair("ECDH-ES+A256KW", { crv: "X25519", extractable: true });
  const jwk: JWK = await exportJWK(pair.privateKey);
  const iat = Math.floor(Date.now() / 1000);
  return PrivateKey.parse({ ...jwk, kid: (await calculateJwkThumbprint(jwk)).slice(0, 16), iat });
}

/** The half that may be given to services that only seal. */
export function publicKeysOf(file: OpenKeyFile): SealKeyFile {
  return { keys: file.keys.map(({ d: _, ...half }) => half) };
}

/** Throws an error that names the file and what is wrong in it, without any of its content. */
export async function readOpenKeys(file: string): Promise<OpenKeyFile> {
  return readKeys(file, OpenKeyFile);
}

/** Like `readOpenKeys`. */
export async function readSealKeys(file: string): Promise<SealKeyFile> {
  return readKeys(file, SealKeyFile);
}

/** True if anybody other than the file's owner and group may read it. */
export async function isReadableByOthers(file: string): Promise<boolean> {
  return ((await stat(file)).mode & 0o004) !== 0;
}

async function readKeys<Schema extends z.ZodType>(file: string, schema: Schema): Promise<z.output<Schema>> {
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    throw new Error(`the key file ${file} cannot be read: ${error.code ?? "unknown reason"}`);
  });
  const parsed = schema.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `/${issue.path.join("/")} ${issue.message}`);
  throw new Error(`the key file ${file} is not valid: ${problems.join("; ")}`);
}

/** JSON.parse quotes the text in its error, and this text is a private key. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** All or nothing, and the first one wins: a crash leaves no half file, and a racing process no second key. */
async function writeNew(file: string, mode: number, content: () => Promise<object>): Promise<void> {
  if (await stat(file).catch(() => null)) return;
  const draft = `${file}.${process.pid}.draft`;
  const handle = await open(draft, "w", mode);
  try {
    await handle.writeFile(`${JSON.stringify(await content(), null, 2)}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  try {
    await link(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    await unlink(draft);
  }
}
