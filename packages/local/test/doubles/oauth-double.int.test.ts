import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type OAuthDouble, startOAuthDouble, type Trouble } from "@mailfleet/local/doubles";
import { eventually } from "@mailfleet/local/testing";
import {
  type Application,
  askForToken,
  claimsOf,
  mailScope,
  redirectUri,
  refresh,
  signIn,
  type TokenAnswer,
} from "./person.ts";

const address = "ada@example.com";
let oauth: OAuthDouble;
let application: Application;

before(async () => {
  oauth = await startOAuthDouble();
  oauth.addAccount(address);
  application = oauth.addClient({ redirectUris: [redirectUri] });
});
after(() => oauth.stop());

const isDead = ({ status, error, error_description }: TokenAnswer): void =>
  assert.deepEqual(
    [status, error, error_description],
    [400, "invalid_grant", "Token has been expired or revoked."],
    "Google's words for it",
  );

test("a person signs in: the tokens are his, with an id token that names his address", async () => {
  const tokens = await signIn(oauth, application, address);
  assert.equal(tokens.status, 200, JSON.stringify({ error: tokens.error }));
  assert.equal(typeof tokens.refresh_token, "string");
  const claims = claimsOf(tokens);
  assert.deepEqual([claims.email, claims.email_verified], [address, true]);
  const meaning = oauth.introspect(String(tokens.access_token));
  assert.equal(meaning?.account, address);
  assert.ok(meaning.scopes.includes(mailScope));
});

describe("a refresh token", () => {
  test("that rotates dies when it is used, and using it twice ends its successor too", async () => {
    const first = await signIn(oauth, application, address);
    const second = await refresh(oauth, application, first.refresh_token);
    assert.equal(second.status, 200);
    assert.notEqual(second.refresh_token, first.refresh_token);
    isDead(await refresh(oauth, application, first.refresh_token));
    isDead(await refresh(oauth, application, second.refresh_token));
    assert.equal(oauth.introspect(String(second.access_token)), null, "a stolen token is assumed");
  });

  test("that does not rotate is good for ever", async (t) => {
    oauth.rotateRefreshTokens = false;
    t.after(() => {
      oauth.rotateRefreshTokens = true;
    });
    const { refresh_token: token } = await signIn(oauth, application, address);
    for (const _ of [1, 2, 3]) assert.equal((await refresh(oauth, application, token)).status, 200);
  });

  test("is not given where the person agreed before and is not asked again", async () => {
    await signIn(oauth, application, address);
    const again = await signIn(oauth, application, address, { prompt: "select_account" });
    assert.deepEqual([again.status, again.refresh_token], [200, undefined]);
  });

  test("is dead, as is the access token, when consent is withdrawn; a new consent is good", async () => {
    const tokens = await signIn(oauth, application, address);
    oauth.revoke(address);
    isDead(await refresh(oauth, application, tokens.refresh_token));
    assert.equal(oauth.introspect(String(tokens.access_token)), null);
    const anew = await signIn(oauth, application, address);
    assert.equal((await refresh(oauth, application, anew.refresh_token)).status, 200);
  });

  test("of an application in testing says when its consent ends, and ends then", async (t) => {
    t.after(() => oauth.endConsentAfter(null));
    oauth.endConsentAfter(7 * 86_400_000);
    const week = await signIn(oauth, application, address);
    assert.ok(Math.abs(Number(week.refresh_token_expires_in) - 7 * 86_400) < 60);
    oauth.endConsentAfter(2_000);
    const short = await signIn(oauth, application, address);
    await eventually(() => oauth.introspect(String(short.access_token)) === null);
    isDead(await refresh(oauth, application, short.refresh_token));
  });
});

test("an access token is unknown after its lifetime", async (t) => {
  oauth.accessTokenSeconds = 1;
  t.after(() => {
    oauth.accessTokenSeconds = 3600;
  });
  const tokens = await signIn(oauth, application, address);
  assert.equal(tokens.expires_in, 1);
  await eventually(() => oauth.introspect(String(tokens.access_token)) === null);
});

test("with a clock that is two hours ahead, the answer's date and the id token's times say so", async (t) => {
  t.after(() => {
    oauth.clockSkewMs = 0;
  });
  oauth.clockSkewMs = 7_200_000;
  const ahead = (seconds: unknown) => assert.ok(Math.abs(Number(seconds) - Date.now() / 1000 - 7200) < 60);
  ahead(claimsOf(await signIn(oauth, application, address)).iat);
  const response = await fetch(oauth.endpoints.token, { method: "POST" });
  await response.arrayBuffer();
  ahead(Date.parse(response.headers.get("date") ?? "") / 1000);
});

describe("the token endpoint", () => {
  const ask = () =>
    fetch(oauth.endpoints.token, { method: "POST", body: new URLSearchParams({ grant_type: "client_credentials" }) });

  const refusals: [string, Trouble, string | null, string][] = [
    ["401", { status: 401 }, null, "invalid_request"],
    ["403", { status: 403 }, null, "invalid_request"],
    ["429 with Retry-After", { status: 429, headers: { "retry-after": "7" } }, "7", "temporarily_unavailable"],
    ["429 without it", { status: 429 }, null, "temporarily_unavailable"],
    ["500", { status: 500 }, null, "server_error"],
    ["503", { status: 503 }, null, "server_error"],
  ];
  for (const [what, trouble, retryAfter, error] of refusals)
    test(`refuses with ${what}, once, when it is told to`, async () => {
      oauth.failNext({ path: "/token", ...trouble });
      const response = await ask();
      const body = (await response.json()) as { error: string };
      assert.deepEqual(
        [response.status, response.headers.get("retry-after"), body.error],
        [trouble.status, retryAfter, error],
      );
      const next = await ask();
      assert.equal(((await next.json()) as { error: string }).error, "invalid_request", "no client is named");
    });

  test("is slow, or cut off in the middle, when it is told to", async () => {
    oauth.failNext({ delayMs: 60_000 });
    await assert.rejects(
      fetch(oauth.endpoints.token, { method: "POST", signal: AbortSignal.timeout(100) }),
      /TimeoutError/,
    );
    oauth.failNext({ status: 200, body: { access_token: "never heard whole" }, cutOff: true });
    const response = await ask();
    assert.equal(response.status, 200);
    await assert.rejects(response.json());
  });

  test("rotates even if its answer is lost: the client holds a dead token", async () => {
    const tokens = await signIn(oauth, application, address);
    oauth.failNext({ path: "/token", cutOff: true });
    await assert.rejects(refresh(oauth, application, tokens.refresh_token));
    isDead(await refresh(oauth, application, tokens.refresh_token));
  });

  test("refuses what is too large for a form", async () => {
    const answer = await askForToken(oauth.endpoints.token, { assertion: "x".repeat(100_000) });
    assert.deepEqual([answer.status, answer.error], [413, "invalid_request"]);
  });

  test("knows an application by its secret only, in each provider's words", async () => {
    const wrong = { grant_type: "client_credentials", client_id: application.clientId, client_secret: "wrong" };
    const google = await askForToken(oauth.endpoints.token, wrong);
    assert.deepEqual([google.status, google.error], [401, "invalid_client"]);
    const microsoft = await askForToken(oauth.tenant("contoso.example").token, wrong);
    assert.equal(microsoft.error, "invalid_client");
    assert.match(String(microsoft.error_description), /^AADSTS7000215: /);
  });
});

test("a person who denies is sent back with access_denied", async () => {
  const query = new URLSearchParams({
    ...{ response_type: "code", client_id: application.clientId, redirect_uri: redirectUri, state: "s2" },
    scope: `openid ${mailScope}`,
  });
  const url = `${oauth.endpoints.authorization}?${query}`;
  const back = new URL(await oauth.approve(url, { account: address, deny: true }));
  assert.deepEqual([back.searchParams.get("error"), back.searchParams.get("code")], ["access_denied", null]);
  const elsewhere = url.replace(encodeURIComponent(redirectUri), encodeURIComponent("http://127.0.0.1:8081/other"));
  await assert.rejects(oauth.approve(elsewhere, { account: address }), /redirect_uri/);
});
