import { createHmac, hkdfSync, timingSafeEqual } from "node:crypto";
import { readOpenKeys } from "./key-files.ts";

/** Codes that only a holder of the private keys can make. Only the two workers hold them. */
export interface ProbeCodes {
  /** The code of a text, made with the newest key: HMAC-SHA-256, base64url, 43 characters. */
  sign(text: string): string;
  /** True if one of the keys made this code for this text. */
  isOurs(text: string, code: string): boolean;
}

/**
 * Keys for probe codes, derived from the private keys of the open key file (HKDF, RFC 5869), so that there is nothing
 * more to configure or rotate. Throws if the file cannot be read or is not valid.
 */
export async function loadProbeCodes(file: string): Promise<ProbeCodes> {
  const { keys } = await readOpenKeys(file);
  const derived = keys.map(({ d }) =>
    Buffer.from(hkdfSync("sha256", Buffer.from(d, "base64url"), "", "mailfleet probe code", 32)),
  );
  const codeOf = (key: Buffer, text: string) => createHmac("sha256", key).update(text).digest();
  return {
    // A key file holds at least one key.
    sign: (text) => codeOf(derived[0] as Buffer, text).toString("base64url"),
    isOurs: (text, code) => {
      const given = Buffer.from(code, "base64url");
      return derived.some((key) => {
        const expected = codeOf(key, text);
        return given.length === expected.length && timingSafeEqual(given, expected);
      });
    },
  };
}
