import type { Sealed, Secret } from "@mailfleet/contracts";
import { FlattenedEncrypt, importJWK } from "jose";
import { readSealKeys } from "./key-files.ts";

/** Seals secrets so that only a holder of the private key opens them. */
export interface Sealer {
  /** Bound to `aad`, made by `sealedFor`. It does not open anywhere else. */
  seal(secret: Secret, aad: string): Promise<Sealed>;
}

/** The newest key of the file, its first one, seals. Throws if the file cannot be read or is not valid. */
export async function loadSealer(file: string): Promise<Sealer> {
  const [newest] = (await readSealKeys(file)).keys;
  if (!newest) throw new Error(`the key file ${file} holds no key`);
  const key = await importJWK(newest, "ECDH-ES+A256KW");
  return {
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
