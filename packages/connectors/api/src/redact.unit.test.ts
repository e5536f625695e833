import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { redactSecrets } from "./index.ts";

const secret = "ya29.a0Af/~+token?";

describe("a secret that a server repeats", () => {
  test("is taken out as it is", () => {
    assert.equal(redactSecrets(`bad ${secret} here`, [secret]), "bad [secret] here");
  });

  for (const before of ["", "a", "ab", "abc", "user=ann@example.test\x01auth=Bearer "])
    for (const encoding of ["base64", "base64url"] as const)
      test(`is taken out of ${encoding}, ${before.length} bytes behind its beginning`, () => {
        const encoded = Buffer.from(`${before}${secret}\x01\x01`).toString(encoding);
        const clean = redactSecrets(`NO ${encoded}`, ["", secret]);
        assert.match(clean, /\[secret\]/);
        // Of what is left nothing decodes to more than a character of it.
        assert.ok(!Buffer.from(clean.slice(3).split("[secret]")[0] ?? "", "base64").includes(secret.slice(0, 2)));
      });

  test("is not left in part by cutting", () => {
    assert.ok(!redactSecrets(`${"x".repeat(490)}${secret}`, [secret]).includes("ya29"));
  });
});
