import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { type EwsDouble, makeCertificate, startEwsDouble } from "../../src/doubles/index.ts";
import { runPython, withoutPythonClients } from "../../src/doubles/python/python-clients.ts";
import { tempDir } from "../../src/testing/start-engines.ts";

const run = promisify(execFile);
const script = (name: string) => fileURLToPath(new URL(`python/${name}.py`, import.meta.url));
const [ann, bob, svc] = ["ann@example.test", "bob@example.test", "svc@example.test"];
const password = "ews-clients-pass-1";
const mail = (n: number) =>
  `From: a@elsewhere.test\r\nTo: ${ann}\r\nSubject: number ${n}\r\nMessage-ID: <n${n}@elsewhere.test>\r\n\r\ntext ${n}\r\n`;
const mime = `From: <${ann}>\r\nTo: <${bob}>\r\nBcc: <hidden@elsewhere.test>\r\nSubject: as MIME\r\nMessage-ID: <mine@client>\r\n\r\nhello\r\n`;

let ews: EwsDouble;
let ca: string;
let remove: () => Promise<void>;
let certificate: Awaited<ReturnType<typeof makeCertificate>>;
before(async () => {
  certificate = await makeCertificate(undefined, ["example.test", "autodiscover.example.test"]);
  const folder = await tempDir("ews-client");
  remove = folder.remove;
  ca = join(folder.path, "ca.pem");
  await writeFile(ca, certificate.certificate);
});
after(() => remove?.());
beforeEach(async () => {
  ews = await startEwsDouble({
    certificate,
    publicOrigin: "https://example.test",
    oauth: {
      introspect: (token) => {
        const scopes = ["https://example.test/.default"];
        return token === "application" ? { account: "", scopes, clientId: "app" } : null;
      },
    },
    accounts: [
      { address: ann, password },
      { address: bob, password },
      { address: svc, password, impersonates: true },
    ],
  });
  for (const n of [1, 2, 3]) ews.deliver(ann, mail(n));
});

afterEach(() => ews.stop());

const skip = await withoutPythonClients();

describe("the double of Exchange, used by exchangelib", { skip }, () => {
  const client = (given: object) =>
    runPython(
      script("ews_client"),
      {
        ...{ ews: ews.url, do: "work", auth: "basic", login: ann, password, address: ann },
        ...{ to: bob, messageId: "<mine@client>", mime },
        ...given,
      },
      ca,
    ) as Promise<Record<string, unknown>>;

  const ways: [string, object, string][] = [
    ["Basic, the own mailbox", {}, "Basic"],
    [
      "NTLM bound to the certificate, by impersonation",
      { auth: "NTLM", login: "EXAMPLE\\svc", address: ann, impersonate: true },
      "NTLM",
    ],
    [
      "an application's token, by impersonation",
      { auth: "OAuth 2.0", token: "application", impersonate: true },
      "Bearer",
    ],
  ];
  for (const [way, given, scheme] of ways)
    test(`follows, reads, marks, moves, deletes and sends: ${way}`, async () => {
      ews.extendedProtection = true;
      const { sent, ...seen } = await client(given);
      assert.deepEqual(seen, {
        ...{ version: "Exchange2016", first: ["number 1", mail(1)], synced: ["create", "create", "create"] },
        ...{ later: ["delete"], categories: ["Undeliverable"], left: [0, 0, 2], byId: ["as MIME"] },
        lost: "ErrorInvalidSyncStateData",
      });
      assert.deepEqual(
        (sent as string[][]).map(([subject]) => subject),
        ["by exchangelib", "as MIME"],
      );
      assert.deepEqual(
        ews.sent.map(({ to }) => to),
        [
          [bob, "someone@elsewhere.test"],
          [bob, "hidden@elsewhere.test"],
        ],
      );
      assert.doesNotMatch(String(ews.mailbox(bob).in("inbox")[1]?.raw), /hidden/);
      assert.equal(ews.requests.at(-1)?.scheme, scheme);
    });

  test("keeps a named property of the calendar, and says what may be done with the tasks", async () => {
    const seen = await client({ do: "mark", login: svc, impersonate: true });
    assert.deepEqual(seen, [null, "ours & <theirs>", true]);
    assert.deepEqual(Object.values(ews.mailbox(ann).folder("calendar")?.extended ?? {}), ["ours & <theirs>"]);
  });

  const refusals: [string, object, string][] = [
    ["an account without the right to impersonate", { impersonate: true, address: bob }, "ErrorImpersonateUserDenied"],
    ["a wrong password by Basic", { password: "wrong" }, "UnauthorizedError"],
    ["a wrong password by NTLM", { auth: "NTLM", password: "wrong" }, "UnauthorizedError"],
    ["a token that is not known", { auth: "OAuth 2.0", token: "unknown" }, "UnauthorizedError"],
    [
      "a mailbox that is not there",
      { login: svc, impersonate: true, address: "no@example.test" },
      "ErrorNonExistentMailbox",
    ],
  ];
  for (const [what, given, error] of refusals)
    test(`understands the refusal of ${what}: ${error}`, async () => {
      assert.equal(await client({ do: "open", ...given }), error);
    });

  test("finds mailboxes by autodiscover, also after redirects", async () => {
    ews.discover("moved@example.test", { kind: "address", target: ann });
    const given = { port: Number(new URL(ews.url).port), login: svc, password };
    const seen = await runPython(
      script("ews_autodiscover"),
      { ...given, login: ann, addresses: [ann, "moved@example.test", "nobody@example.test"] },
      ca,
    );
    const place = [ann, "https://example.test/EWS/Exchange.asmx", 3];
    assert.deepEqual(seen, [place, place, "ErrorNonExistentMailbox"]);
  });
});

test("the double of Exchange speaks SPNEGO with NTLM inside, to pyspnego", { skip }, async () => {
  const plain = await startEwsDouble({ accounts: [{ address: ann, password }] });
  try {
    const given = { ews: plain.url, login: "EXAMPLE\\ann", password };
    assert.deepEqual(await runPython(script("ews_negotiate"), given), {
      seen: [
        [401, "60"],
        [200, "a1"],
      ],
      later: 200,
    });
    const wrong = (await runPython(script("ews_negotiate"), { ...given, password: "wrong" })) as { later: number };
    assert.equal(wrong.later, 401);
  } finally {
    await plain.stop();
  }
});

const curl = await run("curl", ["--version"]).then(
  ({ stdout }) => (/\bNTLM\b/.test(stdout) ? false : "curl is built without NTLM here"),
  () => "there is no curl here",
);
test("the double of Exchange signs curl --ntlm in, and refuses its wrong password", { skip: curl }, async () => {
  const status = async (secret: string) => {
    const child = run("curl", [
      "-s",
      "-o",
      "/dev/null",
      "-w",
      "%{http_code}",
      "--ntlm",
      "--cacert",
      ca,
      "-K",
      "-",
      ews.url,
    ]);
    child.child.stdin?.end(`user = "EXAMPLE\\\\ann:${secret}"`);
    return (await child).stdout;
  };
  assert.equal(await status(password), "200");
  assert.equal(await status("wrong"), "401");
});
