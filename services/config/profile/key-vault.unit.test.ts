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

  it("may be anywhere in a rehearsal, whose tokens are not Microsoft's", () => {
    const endpoints = { token: "http://127.0.0.1:1/token" };
    assert.equal(
      refusal(online({ endpoints }), { oauthSecret: inVault("http://127.0.0.1:2", "http://127.0.0.1:1") }),
      null,
    );
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
