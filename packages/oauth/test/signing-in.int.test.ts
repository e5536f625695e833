import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { inspect } from "node:util";
import { FailureError, type OAuthClient, ProblemError, Secret } from "@mailfleet/contracts";
import { authorizationUrl } from "../src/index.ts";
import { gmail, mailbox, patient, redirectUri, seal, startWorld, type World } from "./world.ts";

let world: World;
before(async () => {
  world = await startWorld();
  world.double.addAccount("bob@example.test");
});
after(() => world.stop());
beforeEach(() => world.double.endConsentAfter(null));

async function codeFor(client: OAuthClient, account = mailbox.address): Promise<Secret> {
  const url = authorizationUrl(client, { redirectUri, challenge: world.challenge, loginHint: mailbox.address });
  const redirect = new URL(await world.double.approve(`${url}&state=s`, { account }));
  return new Secret(redirect.searchParams.get("code") ?? "");
}

const signIn = async (client = world.clientOf(), account?: string) =>
  world.tokensOf().exchangeCode(world.consentOf(client), await codeFor(client, account), patient());

describe("a sign-in in a browser", () => {
  test("gives the account, its scopes and a refresh token", async () => {
    const granted = await signIn();
    assert.equal(granted.account, mailbox.address);
    assert.ok(granted.scopes.includes(gmail), inspect(granted.scopes));
    assert.ok(granted.refreshToken.reveal().length > 10);
    assert.equal(granted.expiresAt, null);
    assert.ok(granted.accessTokenExpiresAt > Date.now());
    assert.ok(!inspect(granted).includes(granted.refreshToken.reveal()));
  });

  test("over https, with a certificate that is trusted", async () => {
    const secure = await startWorld({ certificate: true });
    try {
      const client = secure.clientOf();
      const url = authorizationUrl(client, { redirectUri, challenge: secure.challenge, loginHint: mailbox.address });
      const redirect = new URL(await secure.double.approve(`${url}&state=s`, { account: mailbox.address }));
      const code = new Secret(redirect.searchParams.get("code") ?? "");
      assert.equal(
        (await secure.tokensOf().exchangeCode(secure.consentOf(client), code, patient())).account,
        mailbox.address,
      );
    } finally {
      await secure.stop();
    }
  });

  test("with another account is refused, naming both", async () => {
    await assert.rejects(signIn(world.clientOf(), "bob@example.test"), (error) => {
      assert.ok(error instanceof ProblemError, inspect(error));
      assert.equal(error.problem.code, "ACCOUNT_NOT_THE_MAILBOX");
      assert.match(error.problem.detail, /bob@example\.test.*ann@example\.test/);
      return true;
    });
  });

  test("takes an address in other letters for the same", async () => {
    const client = world.clientOf();
    const consent = world.consentOf(client, { address: "ANN@Example.test" });
    assert.equal(
      (await world.tokensOf().exchangeCode(consent, await codeFor(client), patient())).account,
      mailbox.address,
    );
  });

  test("of an application in testing ends after seven days, or when the server says", async () => {
    const inDays = (at: number | null) => Math.round(((at ?? 0) - Date.now()) / 86_400_000);
    assert.equal(inDays((await signIn(world.clientOf({ publishing: "testing" }))).expiresAt), 7);
    world.double.endConsentAfter(3 * 86_400_000);
    assert.equal(inDays((await signIn()).expiresAt), 3);
  });

  test("that covers less than is needed is refused", async () => {
    const client = world.clientOf();
    const code = await codeFor(client);
    const greedy = { ...client, scopes: [gmail, "https://www.googleapis.com/auth/drive"] };
    await assert.rejects(world.tokensOf().exchangeCode(world.consentOf(greedy), code, patient()), (error) => {
      assert.ok(error instanceof FailureError, inspect(error));
      assert.equal(error.failure.code, "CONSENT_TOO_NARROW");
      assert.match(error.failure.evidence?.reply ?? "", /auth\/drive/);
      return true;
    });
  });

  test("covers the scopes of Gmail's API with the one for everything", async () => {
    const client = world.clientOf();
    const code = await codeFor(client);
    const narrow = { ...client, scopes: ["https://www.googleapis.com/auth/gmail.readonly"] };
    await world.tokensOf().exchangeCode(world.consentOf(narrow), code, patient());
  });

  test("at a tenant of Microsoft's works, with a refresh token by its scope", async () => {
    const endpoints = world.double.tenant("organizations");
    const client = world.clientOf({
      provider: "microsoft",
      issuer: endpoints.issuer,
      authorizationEndpoint: endpoints.authorization,
      tokenEndpoint: endpoints.token,
      scopes: ["https://outlook.office.com/IMAP.AccessAsUser.All"],
    });
    assert.equal((await signIn(client)).account, mailbox.address);
  });

  test("with a code that was used before is refused: OAUTH_REFUSED, and the code is not in the error", async () => {
    const client = world.clientOf();
    const code = await codeFor(client);
    const exchange = () => world.tokensOf().exchangeCode(world.consentOf(client), code, patient());
    await exchange();
    await assert.rejects(exchange(), (error) => {
      assert.ok(error instanceof FailureError, inspect(error));
      assert.equal(error.failure.code, "OAUTH_REFUSED");
      assert.ok(!(inspect(error, { depth: 20, showHidden: true }) + error.stack).includes(code.reveal()));
      return true;
    });
  });

  test("at a server whose clock is hours behind says so", async () => {
    world.double.clockSkewMs = -2 * 3_600_000;
    try {
      await assert.rejects(signIn(), /CLOCK_DIFFERS/);
    } finally {
      world.double.clockSkewMs = 0;
    }
  });
});

describe("a sign-in on a device", () => {
  async function started(client = world.clientOf({ scopes: ["openid", gmail, "offline_access"] })) {
    const { deviceCode, ...shown } = await world.tokensOf().startDevice(world.consentOf(client), patient());
    const code = seal(deviceCode.reveal(), `${mailbox.id}|oauth-code`);
    const { intervalMs, expiresAt } = shown;
    const consent = world.consentOf(client, {
      verifier: null,
      redirectUri: null,
      device: { code, intervalMs, expiresAt },
    });
    return { shown, consent, poll: () => world.tokensOf().pollDevice(consent, patient()) };
  }

  test("is pending until the code was entered", async () => {
    const { shown, poll } = await started();
    assert.match(shown.verificationUri, /^http:\/\/127/);
    assert.deepEqual(await poll(), { state: "pending", intervalMs: 5000 });
    await world.double.approveDevice(shown.userCode, { account: mailbox.address });
    // The double gives devices no refresh token, and without one nothing is kept.
    await assert.rejects(poll(), /no refresh token/);
  });

  test("is done when the server gives all that is needed", async () => {
    const { poll, consent } = await started();
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const seconds = Math.floor(Date.now() / 1000);
    const claims = { iss: consent.client.issuer, aud: world.clientId, sub: "1", iat: seconds, exp: seconds + 60 };
    const answer = (email: string, verified: boolean) => ({
      access_token: "at",
      token_type: "Bearer",
      refresh_token: "rt",
      id_token: `${part({ alg: "RS256" })}.${part({ ...claims, email, email_verified: verified })}.c2ln`,
    });
    world.double.failNext({ path: "/token", status: 200, body: answer(mailbox.address, true) });
    const done = await poll();
    assert.equal(done.state === "done" && done.granted.account, mailbox.address);
    world.double.failNext({ path: "/token", status: 200, body: answer(mailbox.address, false) });
    await assert.rejects(poll(), /not verified the address/);
    world.double.failNext({ path: "/token", status: 200, body: answer("bob@example.test", true) });
    await assert.rejects(poll(), /bob@example\.test/);
  });

  test("that the user denies is refused", async () => {
    const { shown, poll } = await started();
    await world.double.approveDevice(shown.userCode, { account: mailbox.address, deny: true });
    await assert.rejects(poll(), (error) => error instanceof ProblemError && error.problem.code === "SIGN_IN_REFUSED");
  });

  test("waits longer when it is told to slow down", async () => {
    const { poll } = await started();
    world.double.failNext({ path: "/token", status: 400, body: { error: "slow_down" } });
    assert.deepEqual(await poll(), { state: "pending", intervalMs: 10_000 });
  });

  test("that took too long says so", async () => {
    const { poll } = await started();
    world.double.failNext({ path: "/token", status: 400, body: { error: "expired_token" } });
    await assert.rejects(poll(), (error) => error instanceof ProblemError && error.problem.code === "STATE_EXPIRED");
  });

  test("is not offered where the provider has none", async () => {
    const client = world.clientOf({ deviceAuthorizationEndpoint: null });
    await assert.rejects(world.tokensOf().startDevice(world.consentOf(client), patient()), /no device code/);
  });
});
