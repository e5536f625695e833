import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { type ApiDouble, run, startApiDouble } from "./api-double.ts";

const grant = {
  mailboxId: "mb_sales01",
  v: 1,
  state: "good",
  account: "sales@example.org",
  scopes: ["https://mail.google.com/"],
  grantedAt: "2026-01-31T08:00:00.000Z",
  grantedBy: "the mailbox's user",
  expiresAt: "2026-02-07T08:00:00.000Z",
  accessTokenExpiresAt: null,
  lastRefreshAt: "2026-01-31T09:00:00.000Z",
  lastRefreshFailure: {
    code: "CONSENT_EXPIRED",
    kind: "consent",
    at: "2026-02-07T09:00:00.000Z",
    reply: "invalid_grant \u001b[31m",
  },
};
const direction = {
  configured: true,
  state: "idle",
  enabled: false,
  verdict: "NotRun",
  lastTest: null,
  attempt: 0,
  lastError: null,
  next: null,
};
const mailbox = {
  id: "mb_sales01",
  v: 7,
  address: "sales@example.org",
  kind: "forward",
  profileId: "pf_gmail01",
  allowToUseCredentials: false,
  deleteAfterProcessing: true,
  lifecycle: "approved",
  active: true,
  approval: { state: "approved" },
  credentials: null,
  directions: { inbound: direction, outbound: direction, act: { ...direction, configured: false } },
  grant,
  signInUrl: "https://mail.example.org/sign-in/mb_sales01",
  unavailable: [],
};

describe("signing in on the command line", () => {
  let api: ApiDouble;
  before(async () => {
    api = await startApiDouble();
  });
  after(() => api?.stop());
  const mailfleet = (args: string) => run(api.url, args.split(" "));
  const path = "/mailboxes/sales%40example.org";

  it("gives the link to send to the mailbox's user", async () => {
    api.on(`POST ${path}/sign-in`, { body: { method: "link", signInUrl: mailbox.signInUrl } });
    const { code, out } = await mailfleet("mailbox sign-in sales@example.org");
    assert.equal(code, 0);
    assert.match(out, /https:\/\/mail\.example\.org\/sign-in\/mb_sales01/);
    assert.deepEqual(api.seen.at(-1)?.body, { method: "link" });
  });

  const device = (expiresInMs: number) => ({
    method: "device",
    consentId: "cs_one1",
    userCode: "WDJB-MJHT",
    verificationUri: "https://example.com/device",
    verificationUriComplete: null,
    expiresAt: new Date(Date.now() + expiresInMs).toISOString(),
    intervalMs: 10,
  });

  it("shows a device code, and waits until it was entered, over a moment without an answer", async () => {
    api.on(`POST ${path}/sign-in`, { body: device(60_000) });
    const answers = [
      { status: 200, body: { state: "pending", intervalMs: 10, grant: null } },
      { status: 503, body: { code: "UNAVAILABLE", detail: "A part does not answer." } },
      { status: 200, body: { state: "done", intervalMs: 0, grant } },
    ];
    api.on(`POST ${path}/sign-in/cs_one1/poll`, (_, response) => {
      const { status, body } = answers.shift() ?? { status: 500, body: {} };
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    });
    const { code, out, err } = await mailfleet("mailbox sign-in sales@example.org --device --json");
    assert.equal(code, 0);
    assert.match(err, /Open https:\/\/example\.com\/device and enter the code WDJB-MJHT/);
    assert.equal(JSON.parse(out).account, "sales@example.org");
    assert.equal(answers.length, 0);
  });

  it("ends with 1 when the code ends before it was entered, or is refused", async () => {
    api.on(`POST ${path}/sign-in`, { body: device(300) });
    api.on(`POST ${path}/sign-in/cs_one1/poll`, { body: { state: "pending", intervalMs: 10, grant: null } });
    const late = await mailfleet("mailbox sign-in sales@example.org --device");
    assert.equal(late.code, 1);
    assert.match(late.err, /not entered in time/);
    const detail = "Signed in with eve@example.net.";
    api.on(`POST ${path}/sign-in`, { body: device(60_000) });
    api.on(`POST ${path}/sign-in/cs_one1/poll`, { status: 409, body: { code: "ACCOUNT_NOT_THE_MAILBOX", detail } });
    const refused = await mailfleet("mailbox sign-in sales@example.org --device");
    assert.equal(refused.code, 1);
    assert.match(refused.err, /eve@example\.net/);
  });

  it("forgets the permission", async () => {
    api.on(`DELETE ${path}/grant`, { status: 200 });
    assert.equal((await mailfleet("mailbox sign-out sales@example.org")).code, 0);
    assert.equal(api.seen.at(-1)?.path, `${path}/grant`);
  });

  it("shows with the mailbox who signed in, until when, and whether tokens were renewed", async () => {
    api.on(`GET ${path}`, { body: mailbox });
    const { out } = await mailfleet("mailbox show sales@example.org");
    assert.match(out, /signed in +sales@example\.org/);
    assert.match(out, /ends +2026-02-07 08:00:00Z/);
    assert.match(out, /renewal failed +CONSENT_EXPIRED/);
    assert.match(out, /link to sign in +https:\/\/mail\.example\.org\/sign-in/);
    assert.match(out, /allow to use credentials +no/);
    assert.match(out, /delete after processing +yes/);
    assert.ok(!out.includes("\u001b"));
  });

  it("makes a forward mailbox with its switches, and leaves what is not named alone", async () => {
    api.on("POST /mailboxes", { status: 201, body: mailbox });
    await mailfleet(
      "mailbox create sales@example.org --kind forward --delete-after-processing --no-allow-to-use-credentials",
    );
    assert.deepEqual(api.seen.at(-1)?.body, {
      address: "sales@example.org",
      kind: "forward",
      deleteAfterProcessing: true,
      allowToUseCredentials: false,
    });
    await mailfleet("mailbox create sales@example.org");
    assert.deepEqual(api.seen.at(-1)?.body, { address: "sales@example.org" });
  });

  it("makes an owner's token for mailboxes by address, which expires", async () => {
    api.on(`GET ${path}`, { body: mailbox });
    api.on("POST /tokens", { status: 201, body: { id: "tk_one1", name: "n", role: "owner", token: "mft_shown-once" } });
    const { code, out } = await mailfleet("tokens create --role owner --mailbox sales@example.org --expires-in 7d");
    assert.equal(code, 0);
    assert.match(out, /mft_shown-once/);
    const { expiresAt, ...body } = (api.seen.at(-1)?.body ?? {}) as { expiresAt: string };
    assert.deepEqual(body, { name: "sales@example.org", role: "owner", mailboxIds: ["mb_sales01"] });
    await mailfleet("tokens create pager --role operator --domain example.it --profile pf_italy01 --only incident.*");
    assert.deepEqual(api.seen.at(-1)?.body, {
      ...{ name: "pager", role: "operator", profileIds: ["pf_italy01"] },
      ...{ domains: ["example.it"], only: ["incident.*"] },
    });
    assert.ok(Math.abs(Date.parse(expiresAt) - Date.now() - 7 * 86_400_000) < 60_000);
    for (const wrong of [
      "tokens create x --role owner",
      "tokens create x --role reader --mailbox mb_sales01",
      "tokens create --role reader",
      "tokens create x --role reader --expires-in soon",
    ])
      assert.equal((await mailfleet(wrong)).code, 2, wrong);
  });
});
