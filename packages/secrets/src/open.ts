import { FailureError, failureOf, type Logger, type Sealed, Secret, sealedAs } from "@mailfleet/contracts";
import { type CryptoKey, flattenedDecrypt, importJWK } from "jose";
import { isReadableByOthers, readOpenKeys } from "./key-files.ts";

/** Opens secrets that were sealed for a key it holds. */
export interface Opener {
  /**
   * The secret, if one of the keys fits and it was sealed for this `aad`. Throws `FailureError`:
   * CREDENTIALS_FOR_ANOTHER_SERVER if only the destination differs, CREDENTIALS_UNREADABLE otherwise. Its evidence says
   * what was wrong, and no more.
   */
  open(sealed: Sealed, aad: string): Promise<Secret>;
}

/** Every key of the file opens. Warns if others may read the file. Throws if it cannot be read or is not valid. */
export async function loadOpener(file: string, logger?: Logger): Promise<Opener> {
  const { keys } = await readOpenKeys(file);
  if (await isReadableByOthers(file))
    logger?.warn({ file }, "the file with private keys can be read by everybody on this machine; set its mode to 0600");
  const byId = new Map<string, CryptoKey>();
  for (const key of keys) {
    const imported = await importJWK(key, "ECDH-ES+A256KW");
    if (imported instanceof Uint8Array) throw new Error(`the key file ${file} holds a key of another kind`);
    byId.set(key.kid, imported);
  }
  return {
    open: async (sealed, aad) => {
      // Compared first, so that the error can say why. The cipher would refuse it as well.
      const given = sealedAs(sealed);
      if (given !== aad && ownerAndPurpose(given) === ownerAndPurpose(aad)) throw forAnotherServer(given, aad);
      if (given !== aad) throw unreadable("it was sealed for another owner or purpose");
      const key = byId.get(keyIdOf(sealed));
      if (!key) throw unreadable(`its key (${keyIdOf(sealed) || "none named"}) is not among those of this service`);
      try {
        const { plaintext } = await flattenedDecrypt(sealed, key, {
          keyManagementAlgorithms: ["ECDH-ES+A256KW"],
          contentEncryptionAlgorithms: ["A256GCM"],
        });
        return new Secret(new TextDecoder("utf-8", { fatal: true }).decode(plaintext));
      } catch {
        throw unreadable("it does not open with the key it names: the key or the sealed form was changed");
      }
    },
  };
}

/** From the protected header. Opening shows whether the header is genuine. */
function keyIdOf(sealed: Sealed): string {
  try {
    const header: unknown = JSON.parse(Buffer.from(sealed.protected, "base64url").toString());
    const kid = header && typeof header === "object" && "kid" in header ? header.kid : "";
    return typeof kid === "string" ? kid.slice(0, 200) : "";
  } catch {
    return "";
  }
}

const ownerAndPurpose = (aad: string) => aad.split("|", 2).join("|");
const destinationOf = (aad: string) => aad.split("|").slice(2).join("|") || "nothing";

function forAnotherServer(given: string, wanted: string): FailureError {
  const reply = `The secret was sealed for ${destinationOf(given)}, not for ${destinationOf(wanted)}.`;
  return new FailureError(failureOf("CREDENTIALS_FOR_ANOTHER_SERVER", { reply }));
}

function unreadable(reason: string): FailureError {
  return new FailureError(
    failureOf("CREDENTIALS_UNREADABLE", { reply: `The sealed secret cannot be opened: ${reason}.` }),
  );
}
