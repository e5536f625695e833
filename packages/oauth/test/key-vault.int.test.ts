import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { after, before, beforeEach, describe, it } from "node:test";
import { inspect } from "node:util";
import { FailureError, type KeyVaultReference, type OAuthClient } from "@mailfleet/contracts";
import { makeCertificate, pkcs12Secret, startVaultDouble, type VaultDouble } from "@mailfleet/local/doubles";
import { clientSecretOf, type TokenPorts } from "../src/index.ts";
import type { CertificateRead } from "../src/ports.ts";
import { Grants, mailbox, patient, seal, startWorld, type World } from "./world.ts";

const reader = "reader-of-the-vault";
const name = "mailfleet";

let world: World;
let vault: VaultDouble;
let readerSecret: string;
/** Two certificates with their keys; making one takes a while. */
let made: Certificate;
let other: Certificate;
type Certificate = Awaited<ReturnType<typeof makeCertificate>>;
before(async () => {
  [world, made, other] = await Promise.all([startWorld(), makeCertificate("rsa"), makeCertificate("rsa")]);
  vault = await startVaultDouble({ oauth: world.double });
});
beforeEach(() => {
  readerSecret = world.double.addClient({ clientId: reader }).clientSecret;
  vault.allow(reader);
  vault.trust(null);
});
after(async () => {
  await vault?.stop();
  await world?.stop();
});

/** An application whose certificate is in the vault. */
function applicationOf(clientId: string, more: Partial<KeyVaultReference> = {}, secret = readerSecret): OAuthClient {
  const endpoints = world.double.tenant("contoso.example");
  const keyVault = { url: vault.url, certificateName: name, clientId: reader, ...more };
  const { origin } = new URL(endpoints.token);
  return world.clientOf({
    ...{ provider: "microsoft", flow: "application", clientId, clientAuthentication: "certificate" },
    ...{ issuer: endpoints.issuer, tokenEndpoint: endpoints.token },
    scopes: ["https://outlook.office.com/.default"],
    secret: clientSecretOf(
      {
        kind: "key-vault-certificate",
        secret: seal(secret, `pf_1|oauth-client|${origin} ${new URL(keyVault.url).origin}`),
        keyVault,
      },
      { owner: "pf_1", purpose: "oauth-client" },
    ),
  });
}

type Tokens = ReturnType<World["tokensOf"]>;
const sourceOf = (client: OAuthClient, tokens: Tokens = world.tokensOf()) =>
  tokens.credentials(world.credentialsOf(client, null), mailbox);
const tokenOf = (client: OAuthClient, tokens?: Tokens) =>
  sourceOf(client, tokens).accessToken({ renew: false, signal: patient() });

async function failureOf(promise: Promise<unknown>) {
  const error = await promise.then(
    () => assert.fail("it worked"),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof FailureError, inspect(error));
  return { ...error.failure, reply: error.failure.evidence?.reply ?? "", all: inspect(error, { depth: 10 }) };
}

/** The application has the first certificate at the authorization server. */
function registered(clientId: string): Certificate {
  world.double.addClient({ clientId, certificate: made.certificate });
  return made;
}

const asPem = ({ key, certificate }: { key: string; certificate: string }) => ({
  value: `${key}\n${certificate}`,
  contentType: "application/x-pem-file",
});
const vaultReads = () => vault.requests.length;

describe("a certificate in a key vault", () => {
  it("signs in, from PKCS #12 in each encryption that is read, and from PEM", async () => {
    registered("app");
    const secrets = [await pkcs12Secret(made), await pkcs12Secret(made, { encryption: "aes" }), asPem(made)];
    for (const secret of secrets) {
      const version = vault.put(name, secret);
      const token = await tokenOf(applicationOf("app"));
      assert.equal(world.double.introspect(token.reveal())?.clientId, "app");
      const words = await sourceOf(applicationOf("app")).certificate?.(patient());
      const host = new URL(vault.url).host;
      assert.match(
        words ?? "",
        new RegExp(`^mailfleet at ${host}, version ${version}, valid until 20\\d\\d-\\d\\d-\\d\\d$`),
      );
    }
  });

  it("is the one that the key belongs to, wherever it stands among others", async () => {
    registered("chain");
    vault.put(name, { ...asPem(made), value: `${made.key}\n${other.certificate}\n${made.certificate}` });
    assert.equal(world.double.introspect((await tokenOf(applicationOf("chain"))).reveal())?.clientId, "chain");
  });

  it("of one version is read in that version", async () => {
    registered("version");
    const certificateVersion = vault.put(name, asPem(made));
    vault.put(name, asPem(other));
    await tokenOf(applicationOf("version", { certificateVersion }));
  });

  it("is read once for many mailboxes, again after an hour, and at once when the profile names another", async () => {
    registered("cache");
    vault.put(name, asPem(made));
    vault.put("second", asPem(made));
    let now = Date.now();
    const tokens = world.tokensOf(new Grants("", world.double.endpoints.token), { now: () => now });
    const before = vaultReads();
    const resources = ["outlook.office.com", "outlook.office365.com", "graph.microsoft.com"];
    const ask = (resource: number, more: Partial<KeyVaultReference> = {}) =>
      tokenOf({ ...applicationOf("cache", more), scopes: [`https://${resources[resource]}/.default`] }, tokens);
    await Promise.all([ask(0), ask(1)]);
    await ask(2);
    assert.equal(vaultReads() - before, 1);
    await ask(0, { certificateName: "second" });
    assert.equal(vaultReads() - before, 2);
    now += 61 * 60_000;
    await ask(1);
    assert.equal(vaultReads() - before, 3);
  });

  it("is renewed in the vault, and no token fails: what is refused is read again", async () => {
    const first = registered("renewed");
    vault.put(name, asPem(first));
    const told: CertificateRead[] = [];
    const certificateRead = (read: CertificateRead) => void told.push(read);
    const tokens = world.tokensOf(new Grants("", world.double.endpoints.token), { certificateRead });
    const client = applicationOf("renewed");
    const source = sourceOf(client, tokens);
    await source.accessToken({ renew: false, signal: patient() });
    const second = other;
    world.double.addClient({ clientId: "renewed", certificate: second.certificate });
    vault.put(name, await pkcs12Secret(second));
    const token = await source.accessToken({ renew: true, signal: patient() });
    const ends = [first, second].map(({ certificate }) => Date.parse(new X509Certificate(certificate).validTo));
    assert.deepEqual(
      told.map(({ owner, secret, certificate: { expiresAt } }) => [owner, secret, expiresAt]),
      ends.map((end) => ["pf_1", client.secret?.sealed.tag, end]),
      "who warns of its end is told",
    );
    assert.equal(world.double.introspect(token.reveal())?.clientId, "renewed");
  });

  it("is used on while the vault does not answer, until it ends, and the vault is asked again each minute", async () => {
    registered("outage");
    vault.put(name, asPem(made));
    let now = Date.now();
    const tokens = world.tokensOf(new Grants("", world.double.endpoints.token), { now: () => now });
    let scopes = 0;
    const ask = () =>
      tokenOf({ ...applicationOf("outage"), scopes: [`https://host-${++scopes}.test/.default`] }, tokens);
    await ask();
    const troubles = [{ status: 503 }, { status: 429 }, { status: 200, body: "{", cutOff: true }] as const;
    for (const trouble of troubles) {
      now += 61 * 60_000;
      vault.failNext(trouble);
      await ask();
      const before = vaultReads();
      await ask();
      assert.equal(vaultReads(), before, "the vault is left alone for a while");
      now += 61_000;
      await ask();
      assert.equal(vaultReads(), before + 1, "the vault is asked again");
    }
    now += 61 * 60_000;
    vault.allow(reader, false);
    assert.equal((await failureOf(ask())).code, "KEY_VAULT_ACCESS_DENIED", "what somebody decided counts");
    vault.allow(reader);
    now += 40 * 86_400_000;
    vault.failNext({ status: 503 });
    assert.equal((await failureOf(ask())).code, "SERVER_UNAVAILABLE", "it ended");
  });

  it("that is refused is not used on while the vault does not answer", async () => {
    registered("gone");
    vault.put(name, asPem(made));
    const tokens = world.tokensOf();
    const source = sourceOf(applicationOf("gone"), tokens);
    await source.accessToken({ renew: false, signal: patient() });
    world.double.addClient({ clientId: "gone", certificate: other.certificate });
    vault.failNext({ status: 503 });
    const renewed = source.accessToken({ renew: true, signal: patient() });
    assert.equal((await failureOf(renewed)).code, "SERVER_UNAVAILABLE");
  });

  it("that is refused and has not changed in the vault is refused once", async () => {
    registered("stranger");
    vault.put(name, asPem(other));
    const before = world.tokenRequests().length;
    const { code, reply } = await failureOf(tokenOf(applicationOf("stranger")));
    assert.equal(code, "CLIENT_REJECTED");
    assert.match(reply, /AADSTS/);
    // The vault's token twice, the refused one once.
    assert.equal(world.tokenRequests().length - before, 3);
  });

  it("is asked for with what was entered for this vault, and for no other", async () => {
    vault.put(name, asPem(registered("elsewhere")));
    const there = applicationOf("elsewhere");
    const keyVault = { ...there.secret?.keyVault, url: "http://127.0.0.1:9" };
    const moved = { ...there, secret: { ...there.secret, keyVault } } as OAuthClient;
    await assert.rejects(tokenOf(moved), /sealed for another purpose/);
  });
});

describe("a certificate in a key vault that cannot be had says why", () => {
  const cases: readonly {
    readonly what: string;
    readonly code: string;
    readonly reply: RegExp;
    readonly prepare: (made: { key: string; certificate: string }) => unknown;
    readonly client?: () => OAuthClient;
  }[] = [
    {
      ...{ what: "the secret of the application that reads it is wrong", code: "KEY_VAULT_CLIENT_REJECTED" },
      ...{ reply: /AADSTS7000215/, prepare: () => {} },
      client: () => applicationOf("app", {}, "wrong"),
    },
    {
      ...{ what: "the application lacks Get on secrets", code: "KEY_VAULT_ACCESS_DENIED" },
      ...{ reply: /^403 .*AccessDenied.*secrets get permission/, prepare: () => vault.allow(reader, false) },
    },
    {
      ...{ what: "the vault's firewall", code: "KEY_VAULT_FIREWALL", reply: /Client address is not authorized/ },
      prepare: () =>
        vault.failNext({
          status: 403,
          body: {
            error: {
              ...{
                code: "Forbidden",
                message: "Client address is not authorized and caller is not a trusted service.",
              },
              innererror: { code: "ForbiddenByFirewall" },
            },
          },
        }),
    },
    {
      ...{ what: "a vault of another tenant", code: "KEY_VAULT_TOKEN_REFUSED" },
      reply: /^401 the vault trusts https:\/\/login\.elsewhere\.test\/other; .*AKV10032/,
      prepare: () => vault.trust("https://login.elsewhere.test/other"),
    },
    {
      ...{ what: "no such certificate", code: "KEY_VAULT_CERTIFICATE_NOT_FOUND", reply: /SecretNotFound/ },
      prepare: () => {},
      client: () => applicationOf("app", { certificateName: "nobody" }),
    },
    {
      ...{ what: "a disabled one", code: "KEY_VAULT_CERTIFICATE_DISABLED", reply: /SecretDisabled/ },
      prepare: (made) => vault.put(name, { ...asPem(made), enabled: false }),
    },
    {
      ...{ what: "a key that is not exportable, PEM", code: "KEY_VAULT_CERTIFICATE_UNUSABLE", reply: /not exportable/ },
      prepare: ({ certificate }) => vault.put(name, { value: certificate, contentType: "application/x-pem-file" }),
    },
    {
      ...{ what: "a key that is not exportable, PKCS #12", code: "KEY_VAULT_CERTIFICATE_UNUSABLE" },
      ...{
        reply: /not exportable/,
        prepare: async (made) => vault.put(name, await pkcs12Secret(made, { more: ["-nokeys"] })),
      },
    },
    {
      ...{ what: "a password", code: "KEY_VAULT_CERTIFICATE_UNUSABLE", reply: /protected with a password/ },
      prepare: async (made) => vault.put(name, await pkcs12Secret(made, { password: "secret" })),
    },
    {
      ...{ what: "a password, AES", code: "KEY_VAULT_CERTIFICATE_UNUSABLE", reply: /protected with a password/ },
      prepare: async (made) => vault.put(name, await pkcs12Secret(made, { password: "secret", encryption: "aes" })),
    },
    {
      ...{ what: "a cipher that is obsolete", code: "KEY_VAULT_CERTIFICATE_UNUSABLE", reply: /RC2 with 40 bits/ },
      prepare: async (made) => vault.put(name, await pkcs12Secret(made, { encryption: "rc2" })),
    },
    {
      ...{ what: "rounds without end", code: "KEY_VAULT_CERTIFICATE_UNUSABLE", reply: /200000 rounds; at most 100000/ },
      prepare: async (made) => vault.put(name, await pkcs12Secret(made, { more: ["-iter", "200000"] })),
    },
    {
      ...{ what: "more rounds in all its parts together", code: "KEY_VAULT_CERTIFICATE_UNUSABLE" },
      ...{ reply: /mailfleet at .*: its encryption takes 400000 rounds; at most 200000 more are made/ },
      prepare: async (made) =>
        vault.put(name, await pkcs12Secret(made, { encryption: "aes", more: ["-iter", "400000"] })),
    },
    {
      ...{ what: "what was cut off", code: "KEY_VAULT_CERTIFICATE_UNUSABLE", reply: /cut off or changed/ },
      prepare: async (made) => {
        const secret = await pkcs12Secret(made);
        vault.put(name, { ...secret, value: secret.value.slice(0, 1200) });
      },
    },
    {
      ...{ what: "no PKCS #12 at all", code: "KEY_VAULT_CERTIFICATE_UNUSABLE", reply: /: it / },
      prepare: () => vault.put(name, { value: "aGVsbG8=", contentType: "application/x-pkcs12" }),
    },
    {
      ...{ what: "a secret that is no certificate", code: "KEY_VAULT_CERTIFICATE_UNUSABLE", reply: /no content type/ },
      prepare: () => vault.put(name, { value: "hello" }),
    },
    {
      ...{ what: "a key of an elliptic curve", code: "KEY_VAULT_CERTIFICATE_UNUSABLE", reply: /must be RSA/ },
      prepare: async () => vault.put(name, asPem(await makeCertificate("ec"))),
    },
    {
      ...{ what: "an answer of 10 MB", code: "ANSWER_TOO_LARGE", reply: /more than 65536 bytes/ },
      prepare: () => vault.failNext({ status: 200, body: { value: "x".repeat(10_000_000) } }),
    },
    {
      ...{ what: "a redirect", code: "REDIRECT_REFUSED", reply: /elsewhere\.test/ },
      prepare: () => vault.failNext({ status: 302, headers: { location: "https://elsewhere.test/secrets" } }),
    },
    {
      ...{ what: "too many requests", code: "RATE_LIMITED", reply: /^429/ },
      prepare: () => vault.failNext({ status: 429, headers: { "retry-after": "7" } }),
    },
    {
      ...{ what: "a vault in trouble", code: "SERVER_UNAVAILABLE", reply: /^503/ },
      prepare: () => vault.failNext({ status: 503 }),
    },
    {
      ...{ what: "an answer that breaks off", code: "CONNECTION_LOST", reply: /./ },
      prepare: () => vault.failNext({ status: 200, body: "{", cutOff: true }),
    },
  ];

  it("in the words of the vault, and shows nothing of key, token or secret", async () => {
    registered("app");
    const keyWords = made.key.split("\n")[3] ?? "";
    for (const { what, code, reply, prepare, client } of cases) {
      vault.allow(reader);
      vault.trust(null);
      vault.put(name, asPem(made));
      await prepare(made);
      const failure = await failureOf(tokenOf(client?.() ?? applicationOf("app")));
      assert.equal(failure.code, code, `${what}: ${failure.all}`);
      if (what !== "an answer that breaks off") assert.match(failure.reply, reply, what);
      for (const secret of [keyWords, readerSecret]) assert.ok(!failure.all.includes(secret), what);
    }
  });

  it("with the time that the vault asks for", async () => {
    vault.put(name, asPem(registered("app")));
    vault.failNext({ status: 429, headers: { "retry-after": "7" } });
    assert.equal((await failureOf(tokenOf(applicationOf("app")))).retryAfterMs, 7000);
  });

  it("and one that has expired", async () => {
    vault.put(name, asPem(registered("app")));
    const later: Partial<TokenPorts> = { now: () => Date.now() + 40 * 86_400_000 };
    const tokens = world.tokensOf(new Grants("", world.double.endpoints.token), later);
    const { code, reply } = await failureOf(tokenOf(applicationOf("app"), tokens));
    assert.equal(code, "KEY_VAULT_CERTIFICATE_UNUSABLE");
    assert.match(reply, /expired on \d{4}/);
  });
});
