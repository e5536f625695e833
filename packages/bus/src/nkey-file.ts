import { readFileSync } from "node:fs";
import { type Authenticator, nkeyAuthenticator, nkeys } from "@nats-io/transport-node";

/**
 * Signs in with the seed of an nkey user in this file (`SU…`). The file is read at each sign-in, so that a new key needs no
 * restart; while it cannot be read, the last seed serves. Throws at once if there is no seed in it; the message never
 * shows what is.
 */
export function signInByFile(file: string): Authenticator {
  let seed = seedOf(file);
  const latest = () => {
    try {
      seed = seedOf(file);
    } catch {
      // Somebody is replacing it.
    }
    return seed;
  };
  return nkeyAuthenticator(latest);
}

function seedOf(file: string): Uint8Array {
  const seed = new TextEncoder().encode(text(file));
  try {
    if (nkeys.fromSeed(seed).getPublicKey().startsWith("U")) return seed;
  } catch {
    // Its message may quote the seed.
  }
  throw new Error(`${file} holds no seed of a NATS user: it must be one line that begins with SU`);
}

function text(file: string): string {
  try {
    return readFileSync(file, "utf8").trim();
  } catch (error) {
    throw new Error(`${file}, which holds our NATS nkey, cannot be read: ${(error as NodeJS.ErrnoException).code}`);
  }
}
