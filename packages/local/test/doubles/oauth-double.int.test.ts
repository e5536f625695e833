import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { after, before, test } from "node:test";
import { type OAuthDouble, startOAuthDouble } from "@mailfleet/local/doubles";

const mailScope = "https://mail.google.com/";
const address = "ada@example.com";
const redirectUri = "http://127.0.0.1:8080/oauth/callback";
let oauth: OAuthDouble;

before(async () => {
  oauth = await startOAuthDouble();
  oauth.addAccount(address);
});
after(() => oauth.stop());

type Answer = Record<string, unknown> & { status: number };

async function post(url: string, fields: Record<string, string>): Promise<Answer> {
  const response = await fetch(url, { method: "POST", body: new URLSearchParams(fields) });
  return { ...((await response.json()) as object), status: response.status };
}

async function signIn(
  client: { clientId: string; clientSecret: string },
  more: Record<string, string> = {},
): Promise<Answer> {
  const verifier = randomBytes(32).toString("base64url");
  const url = `${oauth.endpoints.authorization}?${new URLSearchParams({
    ...{ response_type: "code", client_id: client.clientId, redirect_uri: redirectUri, state: "s1" },
    ...{ scope: `openid email ${mailScope}`, code_challenge_method: "S256" },
    code_challenge: createHash("sha256").update(verifier).digest("base64url"),
    ...{ access_type: "offline", prompt: "consent" },
    ...more,
  })}`;
  const back = new URL(await oauth.approve(url, { account: address }));
  assert.equal(back.origin + back.pathname, redirectUri);
  assert.equal(back.searchParams.get("state"), "s1");
  return post(oauth.endpoints.token, {
    ...{ grant_type: "authorization_code", code: back.searchParams.get("code") ?? "", redirect_uri: redirectUri },
    ...{ client_id: client.clientId, client_secret: client.clientSecret, code_verifier: verifier },
  });
}

test("a person signs in: the tokens are his, with an id token that names his address", async () => {
  const client = oauth.addClient({ redirectUris: [redirectUri] });
  const tokens = await signIn(client);
  assert.equal(tokens.status, 200, JSON.stringify(tokens));
  assert.equal(typeof tokens.refresh_token, "string");
  const claims = JSON.parse(Buffer.from(String(tokens.id_token).split(".")[1] ?? "", "base64url").toString());
  assert.equal(claims.email, address);
  assert.equal(claims.email_verified, true);
  const meaning = oauth.introspect(String(tokens.access_token));
  assert.equal(meaning?.account, address);
  assert.ok(meaning.scopes.includes(mailScope));
});
