import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { redactionCases } from "./redact.cases.ts";
import { redactSecrets } from "./redact.ts";

describe("a secret that a server repeats", () => {
  for (const { what, secret, says, shown } of redactionCases)
    test(`is taken out ${what}`, () => {
      const clean = redactSecrets(says, ["", secret]);
      if (typeof shown === "string") assert.equal(clean, shown);
      else assert.match(clean, shown);
    });

  test("is not left in part by cutting", () => {
    assert.ok(!redactSecrets(`${"x".repeat(490)}ya29.a0Af`, ["ya29.a0Af"]).includes("ya29"));
  });

  test("leaves innocent words alone", () => {
    const words = "535 5.7.8 Error: authentication failed: UGFzc3dvcmQ6\r\n see https://x.test/?a=b%20c&amp;d";
    assert.equal(redactSecrets(words, ["correct horse", "ya29.a0Af"]), words);
    assert.equal(redactSecrets(words, []), words);
  });

  test("is taken out when it is added to a set that was used before", () => {
    const secrets = new Set(["first"]);
    assert.equal(redactSecrets("first second", secrets), "[secret] second");
    secrets.add("second");
    assert.equal(redactSecrets("first second", secrets), "[secret] [secret]");
  });

  test("never stays, wherever it stands and whatever stands around it", () => {
    const letters = fc.string({ unit: fc.constantFrom("a", "b", "%", "=", "&", "\\", "é", '"'), maxLength: 12 });
    fc.assert(
      fc.property(letters, letters, letters, (before, secret, after) => {
        if (secret.trim() === "") return;
        const clean = redactSecrets(`${before}${secret}${after}`, [secret]);
        assert.ok(
          !clean.replaceAll("[secret]", "\0").includes(secret) ||
            before.includes(secret) ||
            `${before}${after}`.includes(secret),
        );
      }),
    );
  });

  test("costs little in a megabyte made against the search", () => {
    const secret = `${"a".repeat(2000)}b`;
    for (const unit of ["a", "%61", "&#97;", "\\u0061", "\r\n a", Buffer.from("aaa").toString("base64")]) {
      const text = unit.repeat(1_000_000 / unit.length);
      const begun = process.threadCpuUsage();
      redactSecrets(text, [secret]);
      const { user, system } = process.threadCpuUsage(begun);
      const took = (user + system) / 1000;
      // Seconds where the secret is looked for anew at each place, else milliseconds, or ten times that while lines are counted.
      assert.ok(took < 1000, `${unit} took ${took} ms of CPU`);
    }
  });
});
