import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { type ApiDouble, run, startApiDouble } from "./api-double.ts";

const profile = {
  id: "pf_gmail01",
  v: 3,
  name: "Gmail",
  type: "gmail",
  active: true,
  isDefault: false,
  inbound: { protocol: "imap", host: "imap.gmail.com", port: 993, security: "tls", credentials: "oauth" },
  outbound: { protocol: "smtp", host: "smtp.gmail.com", port: 465, security: "tls", credentials: "oauth" },
  oauth: { provider: "google", flow: "sign-in", clientId: "client-1", clientAuthentication: "secret" },
  inboundCredentials: null,
  outboundCredentials: null,
  oauthSecret: { kind: "client-secret", setAt: "2026-01-31T08:00:00.000Z" },
  mailboxes: 7,
  maximumMailboxes: 100,
  redirectUri: "https://mail.example.org/oauth/callback",
  javascriptOrigin: "https://mail.example.org",
  changedAt: "2026-01-31T08:00:00.000Z",
};

describe("profiles on the command line", () => {
  let api: ApiDouble;
  let folder: string;
  before(async () => {
    api = await startApiDouble();
    folder = await mkdtemp(join(tmpdir(), "mailfleet-cli-"));
    api.on("POST /profiles", { status: 201, body: profile });
    api.on("GET /profiles/pf_gmail01", { body: profile });
    api.on("PATCH /profiles/pf_gmail01", { body: profile });
  });
  after(async () => {
    await api?.stop();
    await rm(folder, { recursive: true, force: true });
  });
  const mailfleet = (args: string, options?: Parameters<typeof run>[2]) => run(api.url, args.split(" "), options);
  const sent = () => api.seen.at(-1)?.body;
  const fileWith = async (name: string, text: string) => {
    const path = join(folder, name);
    await writeFile(path, text);
    return path;
  };

  it("are made for Gmail from a client id and a file with its secret, and show what to copy", async () => {
    const file = await fileWith("secret", "the-secret\n");
    const create = `profile create --name Gmail --type gmail --client-id client-1 --client-secret-file ${file}`;
    const { code, out } = await mailfleet(create);
    assert.equal(code, 0);
    assert.deepEqual(sent(), {
      name: "Gmail",
      type: "gmail",
      oauth: { provider: "google", clientId: "client-1", clientAuthentication: "secret" },
      oauthSecret: { clientSecret: "the-secret" },
    });
    assert.match(out, /redirect URI +https:\/\/mail\.example\.org\/oauth\/callback/);
    assert.match(out, /JavaScript origin +https:\/\/mail\.example\.org/);
    assert.match(out, /mailboxes +7 of 100/);
    assert.doesNotMatch(out, /the-secret/);
    assert.equal((await mailfleet("profile create --name x --client-secret the-secret")).code, 2);
  });

  it("are made for the Gmail API by a service account, for POP3 and for credentials of the profile", async () => {
    const key = await fileWith("key.json", '{"type":"service_account"}');
    const gmail = "profile create --name G --type gmail --inbound gmail --outbound gmail --project project-1";
    await mailfleet(`${gmail} --service-account-key ${key}`);
    assert.deepEqual(sent(), {
      name: "G",
      type: "gmail",
      inbound: { protocol: "gmail" },
      outbound: { protocol: "gmail" },
      oauth: { provider: "google", flow: "service-account", projectId: "project-1" },
      oauthSecret: { serviceAccountKey: '{"type":"service_account"}' },
    });
    const pop3 =
      "profile create --name P --inbound pop3 --inbound-host pop.example.org --outbound-host smtp.example.org";
    const own = "--inbound-username master --outbound-username master --addressing {address}*master --password-stdin";
    await mailfleet(`${pop3} ${own}`, { input: "from input\n" });
    const credentials = { username: "master", password: "from input" };
    assert.deepEqual(sent(), {
      name: "P",
      inbound: {
        protocol: "pop3",
        host: "pop.example.org",
        credentials: "profile",
        addressing: { by: "user-name", pattern: "{address}*master" },
      },
      outbound: { host: "smtp.example.org", credentials: "profile" },
      inboundCredentials: credentials,
      outboundCredentials: credentials,
    });
  });

  it("are made for Microsoft with tenant and certificate", async () => {
    const pem = await fileWith("client.pem", "PEM");
    const words =
      "--oauth-provider microsoft --tenant example.org --flow application --client-id c --scope a --scope b";
    await mailfleet(`profile create --name M ${words} --certificate ${pem} --token-url https://example.org/token`);
    assert.deepEqual(sent(), {
      name: "M",
      oauth: {
        provider: "microsoft",
        flow: "application",
        clientId: "c",
        tenantId: "example.org",
        clientAuthentication: "certificate",
        scopes: ["a", "b"],
        endpoints: { token: "https://example.org/token" },
      },
      oauthSecret: { certificate: "PEM" },
    });
  });

  it("name a certificate in a key vault", async () => {
    const secret = await fileWith("vault.txt", "reads the vault");
    const application = "--type exchange-online --tenant example.org --flow application --client-id c";
    const vault = "--key-vault https://v.vault.azure.net --key-vault-certificate cert --key-vault-client-id reader";
    await mailfleet(`profile create --name V ${application} ${vault} --key-vault-secret-file ${secret}`);
    const keyVault = {
      ...{ url: "https://v.vault.azure.net", certificateName: "cert", clientId: "reader" },
      clientSecret: "reads the vault",
    };
    const { oauth, oauthSecret } = sent() as { oauth: { clientAuthentication: string }; oauthSecret: object };
    assert.deepEqual([oauth.clientAuthentication, oauthSecret], ["certificate", { keyVault }]);
    await mailfleet(`profile set-next-oauth-secret pf_gmail01 ${vault} --key-vault-secret-file ${secret}`);
    assert.deepEqual(sent(), { keyVault });
    const forgotten = await mailfleet(`profile create --name V ${application} ${vault}`);
    assert.equal(forgotten.code, 2);
    assert.match(forgotten.err, /--key-vault-secret-file/);
  });

  it("change in what is named: another protocol has its own host and port, the rest of oauth stays", async () => {
    await mailfleet("profile update pf_gmail01 --inbound pop3 --publishing testing");
    assert.equal(api.seen.at(-1)?.headers["if-match"], '"3"');
    assert.deepEqual(sent(), {
      inbound: { protocol: "pop3", credentials: "oauth" },
      oauth: { ...profile.oauth, publishing: "testing" },
    });
    await mailfleet("profile update pf_gmail01 --inbound-port 1993");
    assert.deepEqual(sent(), { inbound: { ...profile.inbound, port: 1993 } });
  });

  it("are tested without or with a mailbox: each step of each direction, and 1 where something does not work", async () => {
    const step = { step: "tls", outcome: "ok", ms: 12, detail: "TLSv1.3 TLS_AES_256_GCM_SHA384" };
    const server = "imap imap.gmail.com:993 (tls)";
    const at = "2026-01-31T08:00:00.000Z";
    const tested = (outcome: string, steps: object[]) => ({
      ...{ outcome, at, mailbox: null },
      directions: [{ direction: "inbound", server, outcome, steps }],
    });
    const skipped = { step: "authenticate", outcome: "skipped", ms: 0, detail: "no mailbox is named" };
    api.on("POST /profiles/pf_gmail01/test-connection", { body: tested("partial", [step, skipped]) });
    const partial = await mailfleet("profile test-connection pf_gmail01");
    assert.deepEqual([partial.code, sent()], [0, {}]);
    assert.match(partial.out, /inbound: imap imap\.gmail\.com:993 \(tls\)/);
    assert.match(partial.out, /tls +ok +12 ms +TLSv1\.3 TLS_AES_256_GCM_SHA384/);
    assert.match(partial.out, /authenticate +skipped .*no mailbox is named/);
    assert.match(partial.out, /Name a mailbox \(--mailbox\)/);
    const failed = { ...skipped, outcome: "failed", code: "AUTHENTICATION_REJECTED", remedy: "Set the password." };
    api.on("POST /profiles/pf_gmail01/test-connection", { body: tested("failed", [step, failed]) });
    const wrong = await mailfleet("profile test-connection pf_gmail01 --mailbox mb_sales01 --direction inbound");
    assert.deepEqual([wrong.code, sent()], [1, { mailboxId: "mb_sales01", direction: "inbound" }]);
    assert.match(wrong.out, /FAILED .*AUTHENTICATION_REJECTED.*Set the password\./s);
    assert.equal((await mailfleet("profile test-connection pf_gmail01 --direction act")).code, 2);
  });

  it("take a secret that is to come by its own command, and none with an update", async () => {
    const file = await fileWith("next", "the-next-one\n");
    for (const path of ["next-oauth-secret", "next-inbound-credentials"])
      api.on(`PUT /profiles/pf_gmail01/${path}`, { body: profile });
    api.on("DELETE /profiles/pf_gmail01/next-oauth-secret", { body: profile });
    api.on("POST /profiles/pf_gmail01/switch-to-next", { body: profile });
    api.on("POST /profiles/pf_gmail01/test-connection", {
      body: { outcome: "ok", at: "2026-01-31T08:00:00.000Z", mailbox: null, directions: [] },
    });
    const calls: readonly (readonly [string, unknown])[] = [
      [`profile set-next-oauth-secret pf_gmail01 --client-secret-file ${file}`, { clientSecret: "the-next-one" }],
      [
        "profile set-next-inbound-credentials pf_gmail01 --username svc2 --password-stdin",
        { username: "svc2", password: "words" },
      ],
      ["profile test-connection pf_gmail01 --next", { next: true }],
      [
        "profile switch-to-next pf_gmail01 --client-secret-expires 2028-11-30T00:00:00.000Z",
        { clientSecretExpiresAt: "2028-11-30T00:00:00.000Z" },
      ],
      [`profile update pf_gmail01 --client-secret-file ${file}`, undefined],
    ];
    for (const [args, body] of calls) {
      const { code, err } = await mailfleet(args, { input: "words" });
      assert.equal(code, 0, `${args}: ${err}`);
      if (body) assert.deepEqual(sent(), body);
    }
    assert.deepEqual(Object.keys(sent() as object).sort(), ["oauth", "oauthSecret"]);
    assert.equal((await mailfleet("profile remove-next-oauth-secret pf_gmail01")).code, 0);
  });

  it("take one secret from standard input, and one kind of secret", async () => {
    const key = await fileWith("other.json", "{}");
    const before = api.seen.length;
    for (const args of [
      "profile create --name x --client-secret-file - --outbound-username u --password-stdin",
      "profile create --name x --inbound-username a --outbound-username b --password-stdin",
      `profile create --name x --type gmail --service-account-key ${key} --client-secret-file ${key}`,
      `profile create --name x --client-id c --client-secret-file ${join(folder, "missing")}`,
      "profile create --name x --client-id c",
    ])
      assert.equal((await mailfleet(args, { input: "words" })).code, 2, args);
    assert.equal(api.seen.length, before);
  });
});

describe("settings on the command line", () => {
  it("say which ports are allowed: the preset, a list, or all", async () => {
    const api = await startApiDouble();
    try {
      const settings = { v: 2, retryPolicy: {}, allowedOutboundPorts: [80, 443] };
      api.on("PATCH /settings", { body: settings });
      api.on("POST /settings/check-ports", { body: { items: [] } });
      for (const [text, value] of [
        ["us-government", "us-government"],
        ["80,443", [80, 443]],
        ["all", null],
      ] as const) {
        const { code, out } = await run(api.url, ["settings", "set", "--allowed-ports", text]);
        assert.equal(code, 0);
        assert.deepEqual(api.seen.at(-1)?.body, { allowedOutboundPorts: value });
        assert.match(out, /allowed outbound ports +80, 443/);
      }
      assert.equal((await run(api.url, ["settings", "set", "--allowed-ports", "80,0"])).code, 2);

      const broken = { profileId: "pf_1", name: "Sales", mailboxes: 12, ports: [993, 587] };
      api.on("POST /settings/check-ports", { body: { items: [broken] } });
      const changes = () => api.seen.filter(({ method }) => method === "PATCH").length;
      const before = changes();
      const asked = await run(api.url, ["settings", "set", "--allowed-ports", "443"], { answer: "no" });
      assert.deepEqual([asked.code, changes()], [2, before]);
      assert.match(asked.err, /Sales: 993 and 587, 12 mailboxes/);
      assert.equal((await run(api.url, ["settings", "set", "--allowed-ports", "443", "--yes"])).code, 0);
      assert.equal(changes(), before + 1);
    } finally {
      await api.stop();
    }
  });
});
