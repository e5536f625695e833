import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { inspect, promisify } from "node:util";
import { FailureError, type OAuthClient, ProblemError } from "@mailfleet/contracts";
import { tempDir } from "@mailfleet/local/testing";
import { readClientCertificate, readServiceAccountKey } from "../src/index.ts";
import { gmail, mailbox, patient, startWorld, type World } from "./world.ts";

let world: World;
before(async () => {
  world = await startWorld();
});
after(() => world.stop());

const tokenOf = (client: OAuthClient, address = mailbox.address, tokens = world.tokensOf()) =>
  tokens
    .credentials(world.credentialsOf(client, null), { id: mailbox.id, address })
    .accessToken({ renew: false, signal: patient() });

async function failsWith(promise: Promise<unknown>, code: string): Promise<FailureError> {
  const error = await promise.then(
    () => assert.fail("it worked"),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof FailureError, inspect(error));
  assert.equal(error.failure.code, code, inspect(error));
  return error;
}

/** A certificate with its key in one PEM, as an administrator sends it. */
async function certificate(...key: string[]): Promise<{ pem: string; certificate: string }> {
  const folder = await tempDir("client-certificate");
  const [keyFile, file] = [join(folder.path, "key.pem"), join(folder.path, "certificate.pem")];
  try {
    const subject = ["-nodes", "-days", "30", "-subj", "/CN=mail", "-keyout", keyFile, "-out", file];
    await promisify(execFile)("openssl", ["req", "-x509", "-newkey", ...key, ...subject]);
    const text = await readFile(file, "utf8");
    return { pem: text + (await readFile(keyFile, "utf8")), certificate: text };
  } finally {
    await folder.remove();
  }
}

describe("an application that signs in by itself", () => {
  const microsoft = (more: Partial<OAuthClient>) => {
    const endpoints = world.double.tenant("contoso.example");
    return world.clientOf({
      provider: "microsoft",
      flow: "application",
      issuer: endpoints.issuer,
      tokenEndpoint: endpoints.token,
      scopes: ["https://outlook.office.com/.default"],
      ...more,
    });
  };

  test("with a secret has one token for all its mailboxes", async () => {
    const tokens = world.tokensOf();
    const before = world.tokenRequests().length;
    const one = await tokenOf(microsoft({}), "a@example.test", tokens);
    const two = await tokenOf(microsoft({}), "b@example.test", tokens);
    assert.equal(one, two);
    assert.equal(world.tokenRequests().length - before, 1);
    assert.equal(world.double.introspect(one.reveal())?.clientId, world.clientId);
  });

  test("with a certificate proves itself by its key", async () => {
    const made = await certificate("rsa:2048");
    const { thumbprint } = readClientCertificate(made.pem);
    const { clientId } = world.double.addClient({ certificate: made.certificate });
    const secret = { ...world.secretOf("client-certificate", made.pem)!, thumbprint };
    const token = await tokenOf(microsoft({ clientId, clientAuthentication: "certificate", secret }));
    assert.equal(world.double.introspect(token.reveal())?.clientId, clientId);
    // Any other server's audience is its issuer.
    const plain = world.clientOf({
      provider: "custom",
      flow: "application",
      clientId,
      clientAuthentication: "certificate",
      secret,
    });
    await tokenOf({ ...plain, scopes: [gmail] });
  });

  test("with another's certificate is refused", async () => {
    const [right, wrong] = await Promise.all([certificate("rsa:2048"), certificate("rsa:2048")]);
    const { clientId } = world.double.addClient({ certificate: right.certificate });
    const secret = world.secretOf("client-certificate", wrong.pem);
    const error = await failsWith(
      tokenOf(microsoft({ clientId, clientAuthentication: "certificate", secret })),
      "CLIENT_REJECTED",
    );
    assert.match(error.message, /AADSTS/);
  });

  test("with a wrong secret is refused, one without is not even asked", async () => {
    await failsWith(tokenOf(microsoft({ secret: world.secretOf("client-secret", "wrong") })), "CLIENT_REJECTED");
    await failsWith(tokenOf(microsoft({ secret: null })), "CLIENT_SECRET_MISSING");
  });

  test("without a token endpoint, or with one in a forbidden network, asks nobody", async () => {
    for (const [tokenEndpoint, code] of [
      ["", "OAUTH_REFUSED"],
      ["http://169.254.169.254/token", "ADDRESS_NOT_ALLOWED"],
    ] as const) {
      const secret = world.secretOf("client-secret", world.clientSecret, tokenEndpoint);
      await failsWith(tokenOf(microsoft({ tokenEndpoint, secret })), code);
    }
  });
});

describe("a service account", () => {
  const clientFor = (key: object) =>
    world.clientOf({
      flow: "service-account",
      clientId: "",
      secret: world.secretOf("service-account-key", JSON.stringify(key)),
    });

  test("acts for a mailbox once it was delegated, and not before", async () => {
    const key = world.double.addServiceAccount();
    const client = clientFor(key);
    const error = await failsWith(tokenOf(client), "DELEGATION_MISSING");
    assert.match(error.failure.evidence?.reply ?? "", /unauthorized_client/);
    world.double.delegate(key.client_id, [gmail]);
    const token = await tokenOf(client);
    assert.equal(world.double.introspect(token.reveal())?.account, mailbox.address);
  });

  test("for a mailbox that does not exist: ACCESS_DENIED", async () => {
    const key = world.double.addServiceAccount();
    world.double.delegate(key.client_id, [gmail]);
    await failsWith(tokenOf(clientFor(key), "nobody@example.test"), "ACCESS_DENIED");
  });

  test("that was deleted: ACCESS_DENIED", async () => {
    const key = { ...world.double.addServiceAccount(), client_email: "gone@mail-double.iam.gserviceaccount.com" };
    await failsWith(tokenOf(clientFor(key)), "ACCESS_DENIED");
  });

  test("with a clock an hour off: CLOCK_DIFFERS", async () => {
    const key = world.double.addServiceAccount();
    world.double.delegate(key.client_id, [gmail]);
    world.double.clockSkewMs = -3_600_000;
    try {
      await failsWith(tokenOf(clientFor(key)), "CLOCK_DIFFERS");
    } finally {
      world.double.clockSkewMs = 0;
    }
  });

  test("meets a busy or a broken server once, and shows nothing of its key", async () => {
    const key = world.double.addServiceAccount();
    const before = world.tokenRequests().length;
    world.double.failNext({ path: "/token", status: 503, headers: { "retry-after": "9" } });
    const busy = await failsWith(tokenOf(clientFor(key)), "SERVER_UNAVAILABLE");
    assert.equal(busy.failure.retryAfterMs, 9000);
    world.double.failNext({ path: "/token", cutOff: true });
    const lost = await failsWith(tokenOf(clientFor(key)), "CONNECTION_LOST");
    assert.equal(world.tokenRequests().length - before, 2);
    for (const error of [busy, lost]) {
      const shown = inspect(error, { depth: 20, showHidden: true }) + JSON.stringify(error) + error.stack;
      assert.ok(!shown.includes(key.private_key.slice(40, 80)) && !shown.includes("assertion"));
    }
  });
});

describe("a key file", () => {
  const refusal = (text: string, project?: string) => {
    try {
      readServiceAccountKey(text, project);
    } catch (error) {
      assert.ok(error instanceof ProblemError, inspect(error));
      return error.problem.code + error.problem.detail;
    }
    return "none";
  };

  test("shows what may be shown, and what is wrong with it, never the key", () => {
    const key = world.double.addServiceAccount({ projectId: "one" });
    const text = JSON.stringify(key);
    assert.deepEqual(readServiceAccountKey(`\uFEFF${text}\n`, "one"), {
      clientEmail: key.client_email,
      projectId: "one",
      keyId: key.private_key_id,
      clientId: key.client_id,
    });
    const cases: [string, string, string?][] = [
      [text.slice(0, -200), "KEY_UNREADABLE"],
      ["hello", "KEY_UNREADABLE"],
      ["", "KEY_UNREADABLE"],
      ["[]", "KEY_UNREADABLE"],
      ["x".repeat(30_000), "KEY_UNREADABLE"],
      [JSON.stringify({ ...key, private_key: key.private_key.slice(0, 500) }), "KEY_UNREADABLE"],
      [key.private_key, "KEY_OF_ANOTHER_KIND"],
      [JSON.stringify({ type: "authorized_user", refresh_token: "1//secret" }), "KEY_OF_ANOTHER_KIND"],
      [JSON.stringify({ web: { client_id: "x", client_secret: "GOCSPX-secret" } }), "KEY_OF_ANOTHER_KIND"],
      [JSON.stringify({ ...key, client_email: undefined }), "KEY_WITHOUT_CLIENT_EMAIL"],
      [text, "KEY_OF_ANOTHER_PROJECT", "two"],
    ];
    for (const [file, code, project] of cases) {
      const told = refusal(file, project);
      assert.ok(told.startsWith(code), `${told} instead of ${code}`);
      assert.ok(!told.includes(key.private_key.slice(40, 80)) && !told.includes("secret"), "the key is visible");
    }
  });
});

describe("a client's certificate", () => {
  const detail = (pem: string, now?: number) => {
    try {
      readClientCertificate(pem, now);
    } catch (error) {
      assert.ok(error instanceof ProblemError && error.problem.code === "CERTIFICATE_UNUSABLE", inspect(error));
      return error.problem.detail;
    }
    return "none";
  };

  test("shows its thumbprint and its end, or what is wrong", async () => {
    const [good, other, small, elliptic] = await Promise.all([
      certificate("rsa:2048"),
      certificate("rsa:2048"),
      certificate("rsa:1024"),
      certificate("ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"),
    ]);
    const { thumbprint, expiresAt } = readClientCertificate(good.pem);
    assert.match(thumbprint, /^[\w-]{43}$/);
    assert.ok(Math.abs(expiresAt - Date.now() - 30 * 86_400_000) < 60_000);
    const key = good.pem.slice(good.certificate.length);
    assert.match(detail(good.certificate), /no private key/);
    assert.match(detail(key), /no certificate/);
    assert.match(detail(other.certificate + key), /does not match the certificate/);
    assert.match(detail(good.pem, expiresAt), /expired on \d{4}-\d\d-\d\d/);
    assert.match(detail(good.pem, Date.now() - 86_400_000), /not valid before \d{4}/);
    assert.match(detail(small.pem), /2048/);
    assert.match(detail(elliptic.pem), /RSA/);
    assert.match(detail(good.pem.replace(key, key.replace(/\n[^\n]+\n/, "\n"))), /cannot be read/);
    assert.match(detail(good.pem.replaceAll("PRIVATE KEY", "ENCRYPTED PRIVATE KEY")), /password/);
  });

  test("takes no time to find that something is missing, whatever a text begins again and again", async () => {
    const good = await certificate("rsa:2048");
    const again = (label: string) => `-----BEGIN ${label}-----\n`.repeat(20_000);
    const before = process.cpuUsage();
    assert.match(detail(again("CERTIFICATE")), /contains no certificate/);
    assert.match(detail(good.certificate + again("PRIVATE KEY")), /contains no private key/);
    assert.match(detail(good.certificate + again("RSA PRIVATE KEY")), /contains no private key/);
    // Seconds of this process where each beginning is searched to the end of the text; else milliseconds.
    assert.ok(process.cpuUsage(before).user < 2_000_000);
  });
});
