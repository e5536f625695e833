import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import type { OAuthDouble } from "@mailfleet/local/doubles";

/** Where the application of these tests is called back. */
export const redirectUri = "http://127.0.0.1:8080/oauth/callback";
export const mailScope = "https://mail.google.com/";

/** An application that is registered at the double. */
export interface Application {
  readonly clientId: string;
  readonly clientSecret: string;
}

/** What the token endpoint answered, with the status of the answer. */
export type TokenAnswer = Record<string, unknown> & { readonly status: number };

/** Sends a form to the token endpoint. */
export async function askForToken(url: string, fields: Readonly<Record<string, string>>): Promise<TokenAnswer> {
  const response = await fetch(url, { method: "POST", body: new URLSearchParams(fields) });
  return { ...((await response.json()) as object), status: response.status };
}

/** A person signs in at the double and agrees. Returns what the application gets for the code. */
export async function signIn(
  oauth: OAuthDouble,
  application: Application,
  account: string,
  more: Readonly<Record<string, string>> = {},
): Promise<TokenAnswer> {
  const verifier = randomBytes(32).toString("base64url");
  const query = new URLSearchParams({
    ...{ response_type: "code", client_id: application.clientId, redirect_uri: redirectUri, state: "s1" },
    ...{ scope: `openid email ${mailScope}`, code_challenge_method: "S256" },
    code_challenge: createHash("sha256").update(verifier).digest("base64url"),
    ...{ access_type: "offline", prompt: "consent" },
    ...more,
  });
  const back = new URL(await oauth.approve(`${oauth.endpoints.authorization}?${query}`, { account }));
  assert.equal(back.origin + back.pathname, redirectUri);
  assert.equal(back.searchParams.get("state"), "s1");
  return askForToken(oauth.endpoints.token, {
    ...{ grant_type: "authorization_code", code: back.searchParams.get("code") ?? "", redirect_uri: redirectUri },
    ...{ client_id: application.clientId, client_secret: application.clientSecret, code_verifier: verifier },
  });
}

/** Uses a refresh token. */
export function refresh(oauth: OAuthDouble, application: Application, token: unknown): Promise<TokenAnswer> {
  return askForToken(oauth.endpoints.token, {
    ...{ grant_type: "refresh_token", refresh_token: String(token) },
    ...{ client_id: application.clientId, client_secret: application.clientSecret },
  });
}

/** The claims of an id token. Its signature is not checked. */
export function claimsOf(answer: TokenAnswer): Record<string, unknown> {
  return JSON.parse(Buffer.from(String(answer.id_token).split(".")[1] ?? "", "base64url").toString());
}
