import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { ProblemError, type RequestArguments } from "@mailfleet/contracts";
import type { OAuthSecretReader } from "../ports.ts";
import { type ConsoleUnderTest, destinations, echoingReader, startConsoleUnderTest } from "./console-under-test.ts";
import { profileSample, signInProfileSample } from "./samples.ts";

const privateWords = "words-that-stay-private";

describe("profiles and their secrets", () => {
  let console: ConsoleUnderTest;
  const created: RequestArguments<"config.profile.create">[] = [];
  const updated: RequestArguments<"config.profile.update">[] = [];
  const projects: (string | undefined)[] = [];
  const reader: OAuthSecretReader = {
    ...echoingReader,
    serviceAccountKey: async (text, projectId) => {
      projects.push(projectId);
      if (!text.startsWith("{")) throw new ProblemError("KEY_UNREADABLE", "The key file is no JSON.");
      return echoingReader.serviceAccountKey(text, projectId);
    },
  };
  before(async () => {
    console = await startConsoleUnderTest(
      {
        "config.profile.create": async (input) => {
          created.push(input);
          return { ...signInProfileSample, id: input.id };
        },
        "config.profile.update": async (input) => {
          updated.push(input);
          return profileSample;
        },
        "config.profile.get": async () => profileSample,
        "config.profile.list": async () => ({ items: [profileSample, signInProfileSample], next: null }),
      },
      { oauthSecrets: reader },
    );
  });
  after(() => console?.stop());

  it("pass on only what was sent, and show what to copy to the provider", async () => {
    const profile = { name: "Gmail", type: "gmail", oauth: { provider: "google", clientId: "client-1" } };
    const { status, body } = await console.send("POST", "/profiles", {
      body: { ...profile, oauthSecret: { clientSecret: privateWords } },
    });
    assert.equal(status, 201);
    assert.equal(body.redirectUri, `${console.app.url}/oauth/callback`);
    assert.equal(body.javascriptOrigin, console.app.url);
    const sent = created.at(-1);
    assert.equal(sent?.new.inbound, undefined);
    assert.equal(sent?.new.type, "gmail");
    assert.equal(sent?.oauthSecret?.kind, "client-secret");
    assert.equal(sent?.oauthSecret?.secret.aad, `${sent?.id}|oauth-client|${destinations.token}`);
    const list = await console.send("GET", "/profiles");
    assert.deepEqual(
      (list.body.items as { redirectUri: string | null }[]).map((item) => item.redirectUri),
      [null, `${console.app.url}/oauth/callback`],
    );
  });

  it("seal the credentials of each direction for their purpose", async () => {
    const credentials = { username: "robot", password: privateWords };
    await console.send("POST", "/profiles", {
      body: {
        name: "Dovecot",
        inbound: { host: "mail.example.org", credentials: "profile" },
        inboundCredentials: credentials,
        outboundCredentials: credentials,
      },
    });
    const sent = created.at(-1);
    assert.equal(sent?.inboundCredentials?.password.aad, `${sent?.id}|inbound-password|${destinations.inbound}`);
    assert.equal(sent?.outboundCredentials?.password.aad, `${sent?.id}|outbound-password|${destinations.outbound}`);
    await console.send("PUT", "/profiles/pf_sample01/inbound-credentials", { body: credentials });
    assert.equal(
      updated.at(-1)?.inboundCredentials?.password.aad,
      `pf_sample01|inbound-password|${destinations.inbound}`,
    );
    await console.send("DELETE", "/profiles/pf_sample01/inbound-credentials");
    assert.equal(updated.at(-1)?.inboundCredentials, null);
    await console.send("PATCH", "/profiles/pf_sample01", { body: { name: "New", outboundCredentials: null } });
    assert.deepEqual(updated.at(-1)?.change, { name: "New" });
    assert.equal(updated.at(-1)?.outboundCredentials, null);
    assert.equal(updated.at(-1)?.inboundCredentials, undefined);
  });

  it("take a service account's key as text or object, checked against the profile's project", async () => {
    const key = { type: "service_account", private_key: privateWords };
    for (const serviceAccountKey of [key, JSON.stringify(key)]) {
      const { status } = await console.send("PUT", "/profiles/pf_sample01/oauth-secret", {
        body: { serviceAccountKey },
      });
      assert.equal(status, 200);
      assert.equal(projects.at(-1), "project-7");
      assert.equal(updated.at(-1)?.oauthSecret?.kind, "service-account-key");
      assert.equal(updated.at(-1)?.oauthSecret?.serviceAccount?.clientEmail, "robot@example.org");
      assert.equal(updated.at(-1)?.oauthSecret?.secret.aad, `pf_sample01|oauth-client|${destinations.token}`);
    }
    const oauth = { provider: "google", flow: "service-account", projectId: "project-8" };
    await console.send("PATCH", "/profiles/pf_sample01", { body: { oauth, oauthSecret: { serviceAccountKey: key } } });
    assert.equal(projects.at(-1), "project-8", "the project that is being set counts");
    const wrong = await console.send("PUT", "/profiles/pf_sample01/oauth-secret", {
      body: { serviceAccountKey: privateWords },
    });
    assert.equal(wrong.status, 400);
    assert.equal(wrong.body.code, "KEY_UNREADABLE");
  });

  it("take a certificate with its key, and take a secret away again", async () => {
    await console.send("PUT", "/profiles/pf_sample01/oauth-secret", { body: { certificate: privateWords } });
    assert.equal(updated.at(-1)?.oauthSecret?.kind, "client-certificate");
    assert.equal(updated.at(-1)?.oauthSecret?.certificate?.thumbprint, "t".repeat(43));
    await console.send("DELETE", "/profiles/pf_sample01/oauth-secret");
    assert.equal(updated.at(-1)?.oauthSecret, null);
  });

  it("take a certificate in a key vault: the secret that reads it is sealed for that vault", async () => {
    const reference = { url: "https://contoso.vault.azure.net/", certificateName: "mailfleet", clientId: "reader" };
    const body = { keyVault: { ...reference, clientSecret: privateWords } };
    const { status } = await console.send("PUT", "/profiles/pf_sample01/oauth-secret", { body });
    assert.equal(status, 200);
    const { kind, keyVault, secret } = updated.at(-1)?.oauthSecret ?? {};
    assert.deepEqual([kind, keyVault], ["key-vault-certificate", reference]);
    assert.equal(secret?.aad, `pf_sample01|oauth-client|${destinations.token} https://contoso.vault.azure.net`);
    for (const [field, value] of [
      ["url", "https://contoso.vault.azure.net/secrets/x"],
      ["certificateName", "../keys"],
      ["certificateVersion", "latest"],
    ] as const) {
      const wrong = { keyVault: { ...body.keyVault, [field]: value } };
      const answer = await console.send("PUT", "/profiles/pf_sample01/oauth-secret", { body: wrong });
      assert.equal(answer.status, 400, field);
    }
  });

  it("refuse two secrets or none, and name a wrong tenant and a wrong URL by their codes", async () => {
    for (const body of [{}, { clientSecret: "a", certificate: "b" }]) {
      const { status, body: problem } = await console.send("PUT", "/profiles/pf_sample01/oauth-secret", { body });
      assert.equal(status, 400);
      assert.match(String(problem.detail), /one of clientSecret, certificate, keyVault and serviceAccountKey/);
    }
    const oauth = { provider: "microsoft", clientId: "c" };
    const tenant = await console.send("POST", "/profiles", {
      body: { name: "x", oauth: { ...oauth, tenantId: "a b" } },
    });
    assert.equal(tenant.body.code, "TENANT_INVALID");
    for (const token of ["nonsense", "ftp://example.org/t", "https://u:p@example.org/t", "https://example.org/t?a=1"]) {
      const url = await console.send("POST", "/profiles", {
        body: { name: "x", oauth: { ...oauth, endpoints: { token } } },
      });
      assert.equal(url.status, 400);
      assert.equal(url.body.code, "URL_NOT_ALLOWED", token);
    }
  });

  it("keep their secrets out of the log", () => assert.doesNotMatch(console.log.lines.join("\n"), /stay-private/));
});

describe("a console that others can overhear", () => {
  it("takes no secret of a profile or mailbox", async () => {
    const console = await startConsoleUnderTest(
      { "config.profile.get": async () => profileSample },
      { secretsAllowed: false },
    );
    const credentials = { username: "u", password: "p" };
    const requests: readonly [string, string, object][] = [
      ["POST", "/profiles", { name: "x", inboundCredentials: credentials }],
      ["POST", "/profiles", { name: "x", oauthSecret: { clientSecret: "s" } }],
      ["PATCH", "/profiles/pf_sample01", { outboundCredentials: credentials }],
      ["PUT", "/profiles/pf_sample01/inbound-credentials", credentials],
      ["PUT", "/profiles/pf_sample01/outbound-credentials", credentials],
      ["PUT", "/profiles/pf_sample01/oauth-secret", { serviceAccountKey: "{}" }],
      ["PUT", "/profiles/pf_sample01/oauth-secret", { certificate: "c" }],
      ["POST", "/mailboxes", { address: "a@example.org", credentials }],
      ["PUT", "/mailboxes/mb_sales01/credentials", credentials],
    ];
    try {
      for (const [method, path, body] of requests) {
        const answer = await console.send(method, path, { body });
        assert.equal(answer.status, 403, path);
        assert.equal(answer.body.code, "PLAIN_HTTP");
      }
    } finally {
      await console.stop();
    }
  });
});
