import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ProblemError, type SealedOAuthSecret, sealedFor } from "@mailfleet/contracts";
import { sealedCredentials } from "../test/given-config.ts";
import { at, givenProfile } from "../test/given-documents.ts";
import { withNext } from "./next-secrets.ts";
import { isClientSecretMissing, oauthClientOf } from "./oauth-client.ts";
import { changedProfile } from "./profile-change.ts";

const vault = "https://contoso.vault.azure.net";

/** The certificate in this vault, sealed for it and for this authorization server. */
function inVault(url = vault, token = "https://login.microsoftonline.com", sealedVault = url): SealedOAuthSecret {
  const { origin } = new URL(sealedVault);
  const { password } = sealedCredentials(sealedFor("pf_0001", "oauth-client", `${token} ${origin}`), "x");
  return {
    kind: "key-vault-certificate",
    secret: password,
    keyVault: { url, certificateName: "mailfleet", clientId: "reader" },
  };
}

const online = (oauth: object = {}) =>
  givenProfile({
    ...{ type: "exchange-online", inbound: undefined, outbound: undefined },
    oauth: {
      ...{ provider: "microsoft", flow: "application", tenantId: "contoso.test", clientId: "app" },
      ...{ clientAuthentication: "certificate", ...oauth },
    },
  });

function refusal(profile: ReturnType<typeof online>, secrets: object): string | null {
  try {
    changedProfile(profile, { secrets }, at);
    return null;
  } catch (error) {
    if (error instanceof ProblemError) return `${error.problem.code} ${error.problem.detail}`;
    throw error;
  }
}

describe("a certificate in a key vault", () => {
  it("is what an application proves itself with, and its worker learns where it is", () => {
    const profile = {
      ...online(),
      ...changedProfile(online(), { secrets: { oauthSecret: inVault(`${vault}/`) } }, at),
    };
    assert.equal(isClientSecretMissing(profile), false);
    const { secret } = oauthClientOf(profile, ["inbound"]) ?? {};
    const scope = "https://vault.azure.net/.default";
    assert.deepEqual(secret?.keyVault, { url: `${vault}/`, certificateName: "mailfleet", clientId: "reader", scope });
  });

  it("is in a vault of the profile's cloud", () => {
    for (const [cloud, token, domain] of [
      ["us-government", "https://login.microsoftonline.us", "vault.usgovcloudapi.net"],
      ["us-government-dod", "https://login.microsoftonline.us", "vault.usgovcloudapi.net"],
      ["china", "https://login.partner.microsoftonline.cn", "vault.azure.cn"],
    ] as const) {
      const secrets = { oauthSecret: inVault(`https://contoso.${domain}`, token) };
      assert.equal(refusal(online({ cloud }), secrets), null);
      const profile = { ...online({ cloud }), ...changedProfile(online({ cloud }), { secrets }, at) };
      assert.equal(oauthClientOf(profile, [])?.secret?.keyVault?.scope, `https://${domain}/.default`);
      const wrong = refusal(online({ cloud }), { oauthSecret: inVault(vault, token) });
      assert.match(wrong ?? "", new RegExp(`^INVALID /oauthSecret/keyVault/url must .* end with .${domain}$`));
    }
  });

  it("is refused where Microsoft's token for the vault would go elsewhere, also as the next one", () => {
    for (const url of [
      "https://vault.azure.net.evil.test",
      "https://evil.test",
      "https://contoso-vault.azure.net",
      "http://contoso.vault.azure.net",
    ])
      for (const name of ["oauthSecret", "nextOauthSecret"])
        assert.match(
          refusal(online(), { [name]: inVault(url) }) ?? "",
          new RegExp(`^INVALID /${name}/keyVault/url`),
          url,
        );
    assert.match(
      refusal(online(), { oauthSecret: inVault(vault, undefined, "https://other.vault.azure.net") }) ?? "",
      /SECRET_NEEDED_AGAIN/,
    );
  });

  it("may be anywhere in a rehearsal, whose tokens are not Microsoft's, without TLS on the same machine only", () => {
    const endpoints = { token: "http://127.0.0.1:1/token" };
    const inRehearsal = (url: string) =>
      refusal(online({ endpoints }), { oauthSecret: inVault(url, "http://127.0.0.1:1") });
    for (const url of ["http://127.0.0.1:2", "http://localhost:2", "http://[::1]:2", "https://vault.test"])
      assert.equal(inRehearsal(url), null, url);
    for (const url of ["http://vault.test", "http://127.0.0.1.test", "http://10.0.0.1"])
      assert.equal(inRehearsal(url), "INVALID /oauthSecret/keyVault/url must begin with https", url);
  });

  it("is in a vault also where somebody wrote Microsoft's own endpoint", () => {
    for (const host of [
      "login.microsoftonline.com",
      "LOGIN.microsoftonline.com.",
      "login.microsoft.com",
      "login.windows.net",
      "login.microsoftonline.us",
      "login.partner.microsoftonline.cn",
    ]) {
      const endpoints = { token: `https://${host}/contoso.test/oauth2/v2.0/token` };
      const { origin } = new URL(endpoints.token);
      assert.match(
        refusal(online({ endpoints }), { oauthSecret: inVault("https://evil.test", origin) }) ?? "",
        /^INVALID \/oauthSecret\/keyVault\/url must .* end with .vault.azure.net$/,
        host,
      );
      assert.equal(refusal(online({ endpoints }), { oauthSecret: inVault(vault, origin) }), null, host);
    }
  });

  it("is only for Microsoft", () => {
    const profile = givenProfile({ type: "gmail", oauth: { provider: "google", flow: "sign-in", clientId: "c" } });
    const secrets = { oauthSecret: inVault(vault, "https://oauth2.googleapis.com") };
    assert.match(refusal(profile, secrets) ?? "", /INVALID \/oauthSecret\/keyVault is only for Microsoft/);
  });

  it("comes after a client secret or a file by a switch", () => {
    const before = online({ clientAuthentication: "secret" });
    const after = { ...before, ...changedProfile(before, { secrets: { nextOauthSecret: inVault() } }, at) };
    const { settings, oauthSecret } = withNext(after);
    assert.deepEqual([settings.oauth?.clientAuthentication, oauthSecret?.keyVault?.url], ["certificate", vault]);
  });
});
