import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { FailureError, failureOf, ProblemError, Secret } from "@mailfleet/contracts";
import type { GuardedFetch } from "@mailfleet/http";
import { type CryptoKey, exportJWK, generateKeyPair, SignJWT } from "jose";
import { createOpenId } from "./index.ts";

const issuer = "https://id.example.test/realm";
const clientId = "mailfleet";
const attempt = {
  redirectUri: "https://mail.example.test/admin/sign-in/callback",
  ...{ state: "s".repeat(43), nonce: "n".repeat(43), verifier: "v".repeat(43) },
};
const backWith = (more: Record<string, string> = {}) =>
  new URLSearchParams({ state: attempt.state, code: "the-code", iss: issuer, ...more });
const seconds = () => Math.floor(Date.now() / 1000);
/** An ID token as it should be. */
const claimsNow = () => ({
  ...{ iss: issuer, aud: clientId, sub: "42", nonce: attempt.nonce, iat: seconds(), exp: seconds() + 600 },
  ...{ email: "ada@example.test", email_verified: true, groups: ["mail-admins", "staff"] },
});
type Claims = Record<string, unknown>;

let keys: { privateKey: CryptoKey; publicKey: CryptoKey };
let others: typeof keys;
before(async () => {
  [keys, others] = await Promise.all([generateKeyPair("ES256"), generateKeyPair("ES256")]);
});

/** A provider in memory, and what it was asked. */
function providerOf({
  claims = {} as Claims,
  description = {} as Claims,
  idToken = undefined as string | undefined,
  key = keys.privateKey,
  answers = {} as Record<string, () => Response>,
}) {
  const asked: { path: string; body: URLSearchParams; headers: Headers }[] = [];
  const jwksOf = async () => ({ keys: [{ ...(await exportJWK(keys.publicKey)), kid: "k1", use: "sig" }] });
  const fetch: GuardedFetch = async (url, init) => {
    const path = new URL(String(url)).pathname.replace("/realm", "");
    const sent = init?.body instanceof URLSearchParams ? init.body : new URLSearchParams(String(init?.body ?? ""));
    asked.push({ path, body: sent, headers: new Headers(init?.headers) });
    const own = answers[path];
    if (own) return own();
    if (path === "/.well-known/openid-configuration")
      return Response.json({
        ...{ issuer, authorization_endpoint: `${issuer}/auth`, token_endpoint: `${issuer}/token` },
        ...{ jwks_uri: `${issuer}/jwks`, id_token_signing_alg_values_supported: ["RS256", "ES256", "HS256", "none"] },
        ...{ token_endpoint_auth_methods_supported: ["client_secret_basic", "client_secret_post"] },
        ...description,
      });
    if (path === "/jwks") return Response.json(await jwksOf());
    const said = Object.fromEntries(
      Object.entries({ ...claimsNow(), ...claims }).filter(([, value]) => value !== null),
    );
    const signed = idToken ?? (await new SignJWT(said).setProtectedHeader({ alg: "ES256", kid: "k1" }).sign(key));
    return Response.json({ access_token: "a", token_type: "Bearer", expires_in: 60, id_token: signed });
  };
  const settings = {
    issuer,
    clientId,
    clientSecret: new Secret("hush"),
    scopes: "openid email",
    groupsClaim: "groups",
  };
  return { asked, openId: createOpenId(settings, fetch, Date.now) };
}

const refusalOf = async (work: Promise<unknown>): Promise<ProblemError["problem"]> => {
  const error = await work.then(
    () => assert.fail("it was not refused"),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof ProblemError, String(error));
  assert.equal(error.problem.code, "SIGN_IN_REFUSED");
  return error.problem;
};

describe("a person who signs in at the organisation's provider", () => {
  test("goes there with state, nonce and an S256 challenge, and without the verifier", async () => {
    const { openId, asked } = providerOf({});
    const url = new URL(await openId.signInUrl(attempt));
    assert.equal(url.origin + url.pathname, `${issuer}/auth`);
    const { code_challenge, ...rest } = Object.fromEntries(url.searchParams);
    assert.deepEqual(rest, {
      ...{ response_type: "code", client_id: clientId, redirect_uri: attempt.redirectUri, scope: "openid email" },
      ...{ state: attempt.state, nonce: attempt.nonce, code_challenge_method: "S256" },
    });
    assert.match(code_challenge ?? "", /^[\w-]{43}$/);
    assert.ok(!url.href.includes(attempt.verifier));
    await openId.signInUrl(attempt);
    assert.equal(asked.length, 1, "the description is kept");
  });

  test("comes back with a name, a lasting id, groups and an end", async () => {
    const { openId, asked } = providerOf({});
    const { endsAt, ...person } = await openId.personOf(attempt, backWith());
    assert.deepEqual(person, { subject: "42", name: "ada@example.test", groups: ["mail-admins", "staff"] });
    assert.ok(endsAt > Date.now());
    const { body } = asked.find(({ path }) => path === "/token")!;
    assert.deepEqual(
      ["code", "code_verifier", "client_secret", "redirect_uri"].map((name) => body.get(name)),
      ["the-code", attempt.verifier, "hush", attempt.redirectUri],
    );
  });

  test("is not called by an address that was never verified, nor by what cannot be seen", async () => {
    const named = async (claims: Claims) => (await providerOf({ claims }).openId.personOf(attempt, backWith())).name;
    assert.equal(await named({ email_verified: false, preferred_username: "ada" }), "ada");
    assert.equal(await named({ email: null, name: "Ada\u202e \nL" }), "Ada L");
    assert.equal(await named({ email: null }), "42");
  });

  test("has the one group of a claim that is text, and none without the claim", async () => {
    const groups = async (claims: Claims) => (await providerOf({ claims }).openId.personOf(attempt, backWith())).groups;
    assert.deepEqual(await groups({ groups: "mail-admins" }), ["mail-admins"]);
    assert.deepEqual(await groups({ groups: ["a", 7, null] }), ["a"]);
    assert.deepEqual(await groups({ groups: null }), []);
    const { detail } = await refusalOf(groups({ groups: null, _claim_names: { groups: "src1" } }));
    assert.match(detail, /more groups than it puts into "groups"/);
  });
});

describe("a sign-in is refused", () => {
  const unsigned = (claims: Claims, alg: string) =>
    [{ alg }, claims, "x"]
      .map((part) => (typeof part === "string" ? part : Buffer.from(JSON.stringify(part)).toString("base64url")))
      .join(".");
  const cases: readonly (readonly [string, Claims, RegExp])[] = [
    ["of another issuer", { iss: "https://evil.example.test" }, /"iss"/],
    ["for another application", { aud: "other" }, /"aud"/],
    ["for several applications, ours not named as the one that asked", { aud: [clientId, "other"] }, /"aud"|"azp"/],
    ["of another attempt", { nonce: "m".repeat(43) }, /nonce/],
    ["of no attempt", { nonce: null }, /nonce/],
    ["of nobody", { sub: null }, /"sub"/],
    ["that has ended", { iat: seconds() - 700, exp: seconds() - 90 }, /clock and ours differ/],
    ["that begins later", { nbf: seconds() + 600 }, /clock and ours differ/],
    ["without an end", { exp: null }, /"exp"/],
  ];
  for (const [what, claims, words] of cases)
    test(`with an ID token ${what}`, async () => {
      const { detail } = await refusalOf(providerOf({ claims }).openId.personOf(attempt, backWith()));
      assert.match(detail, words);
    });

  test("with an ID token that somebody else signed, that nobody signed, or that is signed with a shared secret", async () => {
    const forged = [
      providerOf({ key: others.privateKey }),
      providerOf({ idToken: unsigned(claimsNow(), "none") }),
      providerOf({ idToken: unsigned(claimsNow(), "HS256") }),
    ];
    for (const { openId } of forged)
      assert.match((await refusalOf(openId.personOf(attempt, backWith()))).detail, /signature|alg/);
  });

  test("with another state, another issuer in the address, or an error of the provider", async () => {
    const { openId, asked } = providerOf({});
    const back = async (more: Record<string, string>) =>
      (await refusalOf(openId.personOf(attempt, backWith(more)))).detail;
    assert.match(await back({ state: "t".repeat(43) }), /state/);
    assert.match(await back({ iss: "https://evil.example.test" }), /iss/);
    assert.match(await back({ error: "access_denied", error_description: "not today" }), /access_denied: not today/);
    assert.deepEqual(
      asked.map(({ path }) => path),
      ["/.well-known/openid-configuration"],
      "the code was sent nowhere",
    );
  });

  test("if the provider describes itself as another, has no endpoint, or leads to plain HTTP", async () => {
    for (const description of [
      { issuer: "https://evil.example.test" },
      { authorization_endpoint: undefined },
      { authorization_endpoint: "http://id.example.test/auth" },
    ])
      await refusalOf(providerOf({ description }).openId.signInUrl(attempt));
    const plain = providerOf({ description: { token_endpoint: "http://id.example.test/token" } });
    await refusalOf(plain.openId.personOf(attempt, backWith()));
    assert.deepEqual(
      plain.asked.map(({ path }) => path),
      ["/.well-known/openid-configuration"],
    );
  });

  test("with the server's own words, and never with a secret", async () => {
    const gone = () => {
      throw new FailureError(failureOf("CONNECTION_TIMEOUT", { reply: "no complete answer within 10000 ms" }));
    };
    const away = providerOf({ answers: { "/.well-known/openid-configuration": gone } });
    const { detail } = await refusalOf(away.openId.signInUrl(attempt));
    assert.match(detail, /cannot be reached: no complete answer within 10000 ms/);
    const wrong = () => Response.json({ error: "invalid_client", error_description: "unknown" }, { status: 401 });
    const problem = await refusalOf(providerOf({ answers: { "/token": wrong } }).openId.personOf(attempt, backWith()));
    assert.match(problem.detail, /invalid_client: unknown/);
    assert.ok(!JSON.stringify(problem).includes("hush"));
  });

  test("once, and a provider that answers again is asked again", async () => {
    let isAway = true;
    const found = Response.json({ issuer, authorization_endpoint: `${issuer}/auth` });
    const answer = () => (isAway ? new Response("", { status: 503 }) : found);
    const { openId } = providerOf({ answers: { "/.well-known/openid-configuration": answer } });
    await refusalOf(openId.signInUrl(attempt));
    isAway = false;
    assert.ok(await openId.signInUrl(attempt));
  });
});
