import { type GmailDouble, type OAuthDouble, startGmailDouble, startOAuthDouble } from "@mailfleet/local/doubles";
import type { BenchMailbox } from "./fleet.ts";

/** The doubles of Google in this process, and a mailbox on them that a service account may use. */
export interface GmailWorld {
  readonly oauth: OAuthDouble;
  readonly gmail: GmailDouble;
  readonly mailbox: BenchMailbox;
  /** A token for calls of the peer. */
  token(): Promise<string>;
  stop(): Promise<void>;
}

const scopes = ["https://www.googleapis.com/auth/gmail.readonly", "https://www.googleapis.com/auth/gmail.send"];

/** Starts the doubles; Mailfleet is not started yet. */
export async function startGmailWorld(address: string): Promise<GmailWorld> {
  const oauth = await startOAuthDouble();
  oauth.addAccount(address);
  const gmail = await startGmailDouble({ oauth, mailboxes: [address] });
  const key = oauth.addServiceAccount();
  oauth.delegate(key.client_id, scopes);
  const client = oauth.addClient({ redirectUris: ["http://127.0.0.1:9/callback"] });
  const { issuer, authorization, token } = oauth.endpoints;
  return {
    oauth,
    gmail,
    mailbox: {
      address,
      env: { MAILFLEET_ALLOWED_PRIVATE_NETWORKS: "127.0.0.0/8" },
      profile: {
        type: "gmail",
        inbound: { protocol: "gmail" },
        outbound: { protocol: "gmail" },
        oauth: {
          ...{ provider: "google", flow: "service-account" },
          endpoints: { issuer, authorization, token, api: gmail.url },
        },
        oauthSecret: { serviceAccountKey: key },
      },
    },
    token: async () => {
      const url = new URL(authorization);
      const query = { response_type: "code", client_id: client.clientId, redirect_uri: "http://127.0.0.1:9/callback" };
      // PKCE with a verifier that everybody may know: nothing here is worth stealing.
      const challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
      for (const [name, value] of Object.entries({
        ...query,
        ...{ scope: `openid email ${scopes.join(" ")}`, state: "bench" },
        ...{ code_challenge: challenge, code_challenge_method: "S256" },
      }))
        url.searchParams.set(name, value);
      const code = new URL(await oauth.approve(url.href, { account: address })).searchParams.get("code") ?? "";
      const answer = await fetch(token, {
        method: "POST",
        body: new URLSearchParams({
          ...{ grant_type: "authorization_code", code, redirect_uri: query.redirect_uri },
          ...{ client_id: client.clientId, client_secret: client.clientSecret },
          code_verifier: "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
        }),
      });
      return ((await answer.json()) as { access_token: string }).access_token;
    },
    stop: async () => {
      await Promise.all([gmail.stop(), oauth.stop()]);
    },
  };
}
