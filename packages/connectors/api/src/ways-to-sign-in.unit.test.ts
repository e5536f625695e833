import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createWaysToSignIn, type WhatFailed } from "./ways-to-sign-in.ts";

type Outcome = "ok" | WhatFailed;
const who = { server: "imap.example.test:143", username: "ann", password: "secret" };

describe("a password is presented", () => {
  const given = () => {
    const ways = createWaysToSignIn();
    return async (outcomes: Readonly<Record<string, Outcome>>) => {
      const tried: string[] = [];
      const all = Object.entries(outcomes).map(([name, outcome]) => ({
        name,
        async present() {
          tried.push(name);
          if (outcome !== "ok") throw Object.assign(new Error(name), { outcome });
        },
      }));
      const thrown = await ways
        .signIn(who, all, (error) => (error as { outcome: WhatFailed }).outcome)
        .then(({ by, insteadOf }) => (insteadOf ? `${by}, not ${insteadOf}` : by))
        .catch((error: Error) => `refused: ${error.message}`);
      return [tried.join(" "), thrown];
    };
  };

  test("by another way where the first is not known, and from then on by that one at once", async () => {
    const signIn = given();
    assert.deepEqual(await signIn({ PLAIN: "way", LOGIN: "ok" }), ["PLAIN LOGIN", "LOGIN, not PLAIN"]);
    assert.deepEqual(await signIn({ PLAIN: "way", LOGIN: "ok" }), ["LOGIN", "LOGIN"]);
    assert.deepEqual(await signIn({ PLAIN: "ok", LOGIN: "way" }), ["LOGIN PLAIN", "PLAIN, not LOGIN"]);
  });

  test("once more where it is refused; refused by all it is presented once each time", async () => {
    const signIn = given();
    assert.deepEqual(await signIn({ PLAIN: "credentials", LOGIN: "credentials" }), ["PLAIN LOGIN", "refused: PLAIN"]);
    assert.deepEqual(await signIn({ PLAIN: "credentials", LOGIN: "credentials" }), ["PLAIN", "refused: PLAIN"]);
  });

  test("once where the way that worked before refuses it", async () => {
    const signIn = given();
    await signIn({ PLAIN: "ok", LOGIN: "ok" });
    assert.deepEqual(await signIn({ PLAIN: "credentials", LOGIN: "ok" }), ["PLAIN", "refused: PLAIN"]);
  });

  test("no more where something else fails; a refusal tells more than an unknown way", async () => {
    const signIn = given();
    assert.deepEqual(await signIn({ PLAIN: "other", LOGIN: "ok" }), ["PLAIN", "refused: PLAIN"]);
    assert.deepEqual(await signIn({ PLAIN: "way", LOGIN: "credentials" }), ["PLAIN LOGIN", "refused: LOGIN"]);
  });

  test("by the way that was not answered, over the next connection, where the server closes behind a refusal", async () => {
    const signIn = given();
    assert.deepEqual(await signIn({ PLAIN: "credentials", LOGIN: "other" }), ["PLAIN LOGIN", "refused: PLAIN"]);
    assert.deepEqual(await signIn({ PLAIN: "credentials", LOGIN: "ok" }), ["LOGIN", "LOGIN"]);
    assert.deepEqual(await signIn({ PLAIN: "credentials", LOGIN: "ok" }), ["LOGIN", "LOGIN"]);
  });

  test("once a connection where such a server refuses every way", async () => {
    const signIn = given();
    await signIn({ PLAIN: "credentials", LOGIN: "other" });
    assert.deepEqual(await signIn({ PLAIN: "other", LOGIN: "credentials" }), ["LOGIN", "refused: LOGIN"]);
    assert.deepEqual(await signIn({ PLAIN: "credentials", LOGIN: "other" }), ["PLAIN", "refused: PLAIN"]);
  });
});
