import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { inspect } from "node:util";
import { FailureError, ProblemError, Secret } from "@mailfleet/contracts";
import { startOAuthDouble } from "@mailfleet/local/doubles";
import { authorizationUrl } from "../src/index.ts";
import { Grants, gmail, mailbox, patient, redirectUri, startWorld, type World } from "./world.ts";

let world: World;
before(async () => {
  world = await startWorld();
});
after(() => world.stop());

/** A mailbox whose user has signed in. */
async function signedIn(): Promise<Grants> {
  const { double, clientOf, consentOf, tokensOf, challenge } = world;
  const url = authorizationUrl(clientOf(), { redirectUri, challenge, loginHint: mailbox.address });
  const redirect = new URL(await double.approve(`${url}&state=s`, { account: mailbox.address }));
  const code = new Secret(redirect.searchParams.get("code") ?? "");
  const granted = await tokensOf().exchangeCode(consentOf(), code, patient());
  return new Grants(granted.refreshToken.reveal(), world.double.endpoints.token);
}

const failureOf = async (promise: Promise<unknown>) => {
  const error = await promise.then(
    () => assert.fail("it worked"),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof FailureError, inspect(error));
  return { ...error.failure, error };
};

describe("a token of a mailbox whose user signed in", () => {
  test("is good, is asked for once by all who want it at the same time, and is kept", async () => {
    const grants = await signedIn();
    const tokens = world.tokensOf(grants);
    const before = world.tokenRequests().length;
    const ask = () =>
      tokens.credentials(world.credentialsOf(), mailbox).accessToken({ renew: false, signal: patient() });
    const got = await Promise.all([ask(), ask(), ask()]);
    got.push(await ask());
    assert.equal(new Set(got.map((token) => token.reveal())).size, 1);
    assert.equal(world.tokenRequests().length - before, 1);
    assert.equal(world.double.introspect(got[0]?.reveal() ?? "")?.account, mailbox.address);
  });

  test("has its rotated refresh token written back before it is given out", async () => {
    const grants = await signedIn();
    const first = grants.refreshToken;
    const { accessToken } = world.tokensOf(grants).credentials(world.credentialsOf(), mailbox);
    await accessToken({ renew: false, signal: patient() });
    assert.notEqual(grants.refreshToken, first);
    assert.equal(grants.ended.length, 1);
    assert.ok((grants.ended[0]?.accessTokenExpiresAt ?? 0) > Date.now() + 3_000_000);
  });

  test("that cannot be written back is not given out", async () => {
    const grants = await signedIn();
    grants.endRefresh = async () => ({ kept: false });
    const { accessToken } = world.tokensOf(grants).credentials(world.credentialsOf(), mailbox);
    const { code } = await failureOf(accessToken({ renew: false, signal: patient() }));
    assert.equal(code, "REFRESH_BUSY");
  });

  test("that the store is slow to take is kept until it is written, and nobody sends the old one again", async () => {
    const grants = await signedIn();
    const first = grants.refreshToken;
    const before = world.tokenRequests().length;
    const { endRefresh } = grants;
    let away = true;
    let tries = 0;
    grants.endRefresh = async (input) => {
      tries += 1;
      if (away) throw new ProblemError("UNAVAILABLE", "config does not answer");
      return endRefresh(input);
    };
    const tokens = world.tokensOf(grants);
    const ask = () =>
      tokens.credentials(world.credentialsOf(), mailbox).accessToken({ renew: false, signal: patient() });
    assert.equal((await failureOf(ask())).code, "REFRESH_BUSY");
    assert.equal(grants.refreshToken, first);
    const later = ask();
    away = false;
    const token = await later;
    assert.ok(tries > 4, "it was given up before");
    assert.notEqual(grants.refreshToken, first);
    assert.equal(world.double.introspect(token.reveal())?.account, mailbox.address);
    assert.equal(world.tokenRequests().length - before, 1);
  });

  test("is renewed by one process after another, never with a token that was used up", async () => {
    const grants = await signedIn();
    let atOnce = 0;
    let most = 0;
    const fetch = Object.assign(async (...request: Parameters<World["fetch"]>) => {
      most = Math.max(most, ++atOnce);
      try {
        return await world.fetch(...request);
      } finally {
        atOnce -= 1;
      }
    }, {});
    const before = world.tokenRequests().length;
    const got = await Promise.all(
      ["a", "b", "c"].map((owner) =>
        world
          .tokensOf(grants, { owner, fetch })
          .credentials(world.credentialsOf(), mailbox)
          .accessToken({ renew: false, signal: patient() }),
      ),
    );
    assert.equal(most, 1);
    // Each process has a token of its own: they are never stored, so never shared.
    assert.equal(new Set(got.map((token) => token.reveal())).size, 3);
    assert.equal(world.tokenRequests().length - before, 3);
    assert.equal(grants.failure, undefined);
  });

  test("that a server refused is renewed, once for all who were refused", async () => {
    const grants = await signedIn();
    const tokens = world.tokensOf(grants);
    const sessions = [1, 2].map(() => tokens.credentials(world.credentialsOf(), mailbox));
    const all = (renew: boolean) => Promise.all(sessions.map((s) => s.accessToken({ renew, signal: patient() })));
    const [old] = await all(false);
    const before = world.tokenRequests().length;
    const [one, two] = await all(true);
    assert.notEqual(one?.reveal(), old?.reveal());
    assert.equal(one, two);
    assert.equal(world.tokenRequests().length - before, 1);
  });

  test("is renewed five minutes before its end, and anew after another sign-in", async () => {
    const grants = await signedIn();
    let at = Date.now();
    const tokens = world.tokensOf(grants, { now: () => at });
    const ask = (v = 1) =>
      tokens
        .credentials(world.credentialsOf(world.clientOf(), v), mailbox)
        .accessToken({ renew: false, signal: patient() });
    const first = await ask();
    at += 54 * 60_000;
    assert.equal(await ask(), first);
    at += 2 * 60_000;
    const second = await ask();
    assert.notEqual(second, first);
    grants.v = 2;
    assert.notEqual(await ask(2), second);
    assert.equal(
      (
        await failureOf(
          tokens
            .credentials(world.credentialsOf(world.clientOf(), 3), mailbox)
            .accessToken({ renew: false, signal: patient() }),
        )
      ).code,
      "REFRESH_BUSY",
    );
  });

  test("is not lost to the others when the one who asked first gives up", async () => {
    const grants = await signedIn();
    const tokens = world.tokensOf(grants);
    world.double.failNext({ path: "/token", delayMs: 200 });
    const source = tokens.credentials(world.credentialsOf(), mailbox);
    const hasty = new AbortController();
    const left = source.accessToken({ renew: false, signal: hasty.signal });
    const stayed = source.accessToken({ renew: false, signal: patient() });
    hasty.abort(new Error("enough"));
    await assert.rejects(left, /enough/);
    assert.ok(world.double.introspect((await stayed).reveal()));
    assert.equal(grants.lease, null);
  });

  test("is never asked for at another place than the one that the grant and the application's secret were given for", async () => {
    const grants = await signedIn();
    const elsewhere = await startOAuthDouble();
    try {
      const client = world.clientOf({ tokenEndpoint: elsewhere.endpoints.token });
      const { accessToken } = world.tokensOf(grants).credentials(world.credentialsOf(client), mailbox);
      await assert.rejects(accessToken({ renew: false, signal: patient() }));
      const open = world.clientOf({ tokenEndpoint: elsewhere.endpoints.token, clientAuthentication: "none" });
      const { accessToken: withoutSecret } = world.tokensOf(grants).credentials(world.credentialsOf(open), mailbox);
      await assert.rejects(withoutSecret({ renew: false, signal: patient() }));
      assert.deepEqual(elsewhere.requests, []);
    } finally {
      await elsewhere.stop();
    }
  });

  test("is waited for while another process renews it, for five seconds", async () => {
    const grants = await signedIn();
    grants.lease = "another's";
    const begun = performance.now();
    const { accessToken } = world.tokensOf(grants).credentials(world.credentialsOf(), mailbox);
    const { code, kind } = await failureOf(accessToken({ renew: false, signal: patient() }));
    assert.deepEqual([code, kind], ["REFRESH_BUSY", "transient"]);
    assert.ok(performance.now() - begun < 7000);
  });
});

describe("a consent that has ended", () => {
  for (const [publishing, code] of [
    [undefined, "CONSENT_EXPIRED"],
    ["testing", "CONSENT_ENDED_IN_TESTING"],
  ] as const)
    test(`is found out once and never tried again: ${code}`, async () => {
      const grants = await signedIn();
      world.double.revoke(mailbox.address);
      const before = world.tokenRequests().length;
      const client = world.clientOf({ publishing });
      const { accessToken } = world.tokensOf(grants).credentials(world.credentialsOf(client), mailbox);
      const failure = await failureOf(accessToken({ renew: false, signal: patient() }));
      assert.equal(failure.code, code);
      assert.match(failure.evidence?.reply ?? "", /400 invalid_grant: Token has been expired or revoked/);
      assert.equal(world.tokenRequests().length - before, 1);
      assert.equal(grants.failure?.code, code);
      assert.equal(grants.lease, null);
    });

  test("was never given: CONSENT_MISSING", async () => {
    const { accessToken } = world.tokensOf().credentials(world.credentialsOf(world.clientOf(), null), mailbox);
    assert.equal((await failureOf(accessToken({ renew: false, signal: patient() }))).code, "CONSENT_MISSING");
  });
});

describe("an authorization server in trouble", () => {
  const cases = [
    [{ status: 429, headers: { "retry-after": "17" } }, "RATE_LIMITED", 17_000],
    [{ status: 503, headers: { "retry-after": "3" }, body: "<html>busy</html>" }, "SERVER_UNAVAILABLE", 3000],
    [{ status: 500 }, "SERVER_UNAVAILABLE", undefined],
    [{ status: 400, body: { error: "invalid_scope", error_description: "no such scope" } }, "OAUTH_REFUSED", undefined],
    [{ status: 404, body: "not here" }, "OAUTH_REFUSED", undefined],
    [{ status: 200, body: "<html>sign in to the hotel</html>" }, "PROTOCOL_ERROR", undefined],
    [{ status: 302, headers: { location: "http://127.0.0.1:1/token" } }, "REDIRECT_REFUSED", undefined],
  ] as const;
  for (const [trouble, code, retryAfterMs] of cases)
    test(`that says ${trouble.status} ${code}`, async () => {
      const grants = await signedIn();
      world.double.failNext({ path: "/token", ...trouble });
      const { accessToken } = world.tokensOf(grants).credentials(world.credentialsOf(), mailbox);
      const failure = await failureOf(accessToken({ renew: false, signal: patient() }));
      assert.equal(failure.code, code, inspect(failure));
      assert.equal(failure.retryAfterMs, retryAfterMs);
      // Everything is as it was: the next one works.
      await accessToken({ renew: false, signal: patient() });
    });

  test("whose answer is lost on its way is asked once more with the same token", async () => {
    const grants = await signedIn();
    world.double.rotateRefreshTokens = false;
    try {
      world.double.failNext({ path: "/token", cutOff: true });
      const { accessToken } = world.tokensOf(grants).credentials(world.credentialsOf(), mailbox);
      const before = world.tokenRequests().length;
      assert.ok(world.double.introspect((await accessToken({ renew: false, signal: patient() })).reveal()));
      assert.equal(world.tokenRequests().length - before, 2);
    } finally {
      world.double.rotateRefreshTokens = true;
    }
  });

  test("that refuses the application: CLIENT_REJECTED, and nothing secret is in the error", async () => {
    const grants = await signedIn();
    const secret = "GOCSPX-quite-wrong-and-secret";
    const client = world.clientOf({ secret: world.secretOf("client-secret", secret) });
    world.double.failNext({
      path: "/token",
      status: 401,
      body: { error: "invalid_client", error_description: `who is ${secret} with ${grants.refreshToken}?` },
    });
    const { accessToken } = world.tokensOf(grants).credentials(world.credentialsOf(client), mailbox);
    const { code, error } = await failureOf(accessToken({ renew: false, signal: patient() }));
    assert.equal(code, "CLIENT_REJECTED");
    const shown = inspect(error, { depth: 20, showHidden: true }) + JSON.stringify(error) + error.stack;
    for (const hidden of [secret, grants.refreshToken]) assert.ok(!shown.includes(hidden), "a secret is visible");
    assert.match(shown, /who is \[secret\] with \[secret\]/);
    assert.equal((await failureOf(accessToken({ renew: false, signal: patient() }))).code, "CLIENT_REJECTED");
  });

  test("is not asked where the application has no secret: CLIENT_SECRET_MISSING", async () => {
    const grants = await signedIn();
    const client = world.clientOf({ secret: null });
    const { accessToken } = world.tokensOf(grants).credentials(world.credentialsOf(client), mailbox);
    assert.equal((await failureOf(accessToken({ renew: false, signal: patient() }))).code, "CLIENT_SECRET_MISSING");
    assert.equal(grants.lease, null);
    assert.deepEqual(client.scopes, [gmail]);
  });
});
