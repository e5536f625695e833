import type { Sealed, Secret } from "@mailfleet/contracts";
import { FlattenedEncrypt, importJWK } from "jose";
import { readSealKeys } from "./key-files.ts";

/** Seals secrets so that only a holder of the private key opens them. */
export interface Sealer {
  /** Bound to `aad`, made by `sealedFor`. It does not open anywhere else. */
  seal(secret: Secret, aad: string): Promise<Sealed>;
  /** When its key was made, milliseconds since the epoch; absent: not known. */
  readonly madeAt?: number;
}

/** The newest key of the file, its first one, seals. Throws if the file cannot be read, is not valid, or the key has ended. */
export async function loadSealer(file: string): Promise<Sealer> {
  const [newest] = (await readSealKeys(file)).keys;
  if (!newest) throw new Error(`the key file ${file} holds no key`);
  const { exp, iat, ...jwk } = newest;
  if (exp !== undefined && exp * 1000 <= Date.now())
    throw new Error(
      `the sealing key ${newest.kid} in ${file} ended at ${new Date(exp * 1000).toISOString()}: put a new key first`,
    );
  const key = await importJWK(jwk, "ECDH-ES+A256KW");
  return {
    ...(iat === undefined ? {} : { madeAt: iat * 1000 }),
    seal: async (secret, aad) => {
      const sealed = await new FlattenedEncrypt(new TextEncoder().encode(secret.reveal()))
        .setProtectedHeader({ alg: "ECDH-ES+A256KW", enc: "A256GCM", kid: newest.kid })
        .setAdditionalAuthenticatedData(new TextEncoder().encode(aad))
        .encrypt(key);
      const { protected: header, encrypted_key, iv, ciphertext, tag } = sealed;
      if (!header || !encrypted_key || !iv || !tag || !sealed.aad) throw new Error("the sealed form is incomplete");
      return { protected: header, encrypted_key, iv, ciphertext, tag, aad: sealed.aad };
    },
  };
}
