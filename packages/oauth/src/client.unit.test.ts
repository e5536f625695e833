import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { OAuthSettings } from "@mailfleet/contracts";
import { authorizationUrl, completeOAuthClient } from "./index.ts";

type Servers = Record<"inbound" | "outbound", { protocol: never; host: string }>;
const serversOf = (inbound: string, outbound: string) =>
  ({
    inbound: { protocol: inbound, host: "mail.example.test" },
    outbound: { protocol: outbound, host: "mail.example.test" },
  }) as Servers;
const complete = (
  settings: object,
  which: ("inbound" | "outbound")[] = ["inbound", "outbound"],
  servers = serversOf("imap", "smtp"),
) => completeOAuthClient(OAuthSettings.parse({ clientId: "id", ...settings }), { ...servers, which }, null);
const request = { redirectUri: "https://mail.test/oauth/callback", challenge: "c", loginHint: "ann@example.test" };

describe("an application", () => {
  test("of Google's has its endpoints and one scope for both directions", () => {
    const client = complete({ provider: "google" });
    assert.deepEqual(client.scopes, ["https://mail.google.com/"]);
    assert.equal(client.tokenEndpoint, "https://oauth2.googleapis.com/token");
    assert.equal(client.deviceAuthorizationEndpoint, null);
  });

  test("for Gmail's API has a scope for each direction that signs in", () => {
    const gmail = serversOf("gmail", "gmail");
    const scopes = (which: ("inbound" | "outbound")[]) =>
      complete({ provider: "google" }, which, gmail).scopes.map((scope) => scope.split("/").at(-1));
    assert.deepEqual(scopes(["inbound", "outbound"]), ["gmail.readonly", "gmail.send"]);
    assert.deepEqual(scopes(["outbound"]), ["gmail.send"]);
  });

  test("of Microsoft's names its directory, or any", () => {
    const tenantId = "00000000-1111-2222-3333-444444444444";
    assert.match(
      complete({ provider: "microsoft", tenantId }).tokenEndpoint,
      new RegExp(`/${tenantId}/oauth2/v2.0/token$`),
    );
    assert.match(complete({ provider: "microsoft" }).issuer, /\/organizations\/v2\.0$/);
  });

  test("for Exchange on-premises asks for the server's host", () => {
    const hybrid = { provider: "microsoft", flow: "application", tenantId: "example.test" };
    assert.deepEqual(complete(hybrid, ["inbound", "outbound"], serversOf("ews", "ews")).scopes, [
      "https://mail.example.test/.default",
    ]);
  });

  test("of Microsoft's that signs in by itself asks for what was agreed to", () => {
    const client = complete({ provider: "microsoft", flow: "application" });
    assert.deepEqual(client.scopes, ["https://outlook.office.com/.default"]);
  });

  test("of Microsoft's in another of its clouds signs in there, for what is there", () => {
    const graph = serversOf("graph", "graph");
    const application = { provider: "microsoft", flow: "application", tenantId: "contoso.test" };
    const of = (cloud: string) => {
      const { tokenEndpoint, scopes, apiUrl } = complete({ ...application, cloud }, undefined, graph);
      return [tokenEndpoint, scopes, apiUrl];
    };
    assert.deepEqual(of("us-government"), [
      "https://login.microsoftonline.us/contoso.test/oauth2/v2.0/token",
      ["https://graph.microsoft.us/.default"],
      "https://graph.microsoft.us",
    ]);
    assert.deepEqual(of("china"), [
      "https://login.partner.microsoftonline.cn/contoso.test/oauth2/v2.0/token",
      ["https://microsoftgraph.chinacloudapi.cn/.default"],
      "https://microsoftgraph.chinacloudapi.cn",
    ]);
    assert.deepEqual(complete({ ...application, cloud: "us-government-dod" }).scopes, [
      "https://outlook-dod.office365.us/.default",
    ]);
  });

  test("keeps what its settings say", () => {
    const endpoints = { token: "https://id.test/token", api: "https://api.test" };
    const client = complete({ provider: "custom", scopes: ["mail", "mail"], endpoints, publishing: "testing" });
    assert.deepEqual(client.scopes, ["mail"]);
    assert.deepEqual(
      [client.tokenEndpoint, client.apiUrl, client.publishing],
      [endpoints.token, endpoints.api, "testing"],
    );
  });
});

describe("the address of a sign-in", () => {
  test("asks Google for a refresh token each time, with PKCE, and leaves the state to others", () => {
    const { searchParams } = new URL(authorizationUrl(complete({ provider: "google" }), request));
    assert.deepEqual(Object.fromEntries(searchParams), {
      access_type: "offline",
      prompt: "consent",
      response_type: "code",
      client_id: "id",
      redirect_uri: request.redirectUri,
      scope: "https://mail.google.com/ openid email",
      code_challenge: "c",
      code_challenge_method: "S256",
      login_hint: request.loginHint,
    });
  });

  test("asks Microsoft for offline access", () => {
    const { searchParams } = new URL(authorizationUrl(complete({ provider: "microsoft" }, ["inbound"]), request));
    assert.match(searchParams.get("scope") ?? "", /IMAP\.AccessAsUser\.All openid email offline_access$/);
    assert.equal(searchParams.get("prompt"), "select_account");
  });
});
