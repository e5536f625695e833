import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, before, beforeEach, describe, it } from "node:test";
import { ProblemError } from "@mailfleet/contracts";
import { sha256 } from "../sign-in/begin-sign-in.ts";
import { type Browser, hiddenFields, openBrowser } from "./browser.ts";
import { type ConsoleUnderTest, startConsoleUnderTest } from "./console-under-test.ts";
import { grantSample, profileSample, signInProfileSample } from "./samples.ts";
import { doubleIssuer, signInDoubles } from "./sign-in-doubles.ts";

const code = "4/0-the-code-that-nobody-may-see";

describe("the sign-in of a mailbox's user", () => {
  const doubles = signInDoubles();
  let console: ConsoleUnderTest;
  let browser: Browser;
  /** Moves the console's clock, so that a test need not wait for a minute of the limit. */
  let ahead = 0;
  before(async () => {
    console = await startConsoleUnderTest(doubles.handlers, { now: () => Date.now() + ahead });
  });
  after(() => console?.stop());
  beforeEach(() => {
    ahead += 120_000;
    doubles.at = Date.now();
    doubles.profile = signInProfileSample;
    doubles.outcome = () => grantSample;
    browser = openBrowser(console.app.url);
  });

  const id = doubles.mailbox.id;
  /** Begins in the browser and gives the state that the authorization server would send back. */
  const begin = async (): Promise<string> => {
    const { status, location } = await browser.post(`/sign-in/${id}`);
    assert.equal(status, 303);
    return location?.searchParams.get("state") ?? "";
  };
  const callback = (parameters: Record<string, string>, by = browser) =>
    by.get(`/oauth/callback?${new URLSearchParams(parameters)}`);
  const completed = async () => callback({ state: await begin(), code, iss: doubleIssuer });
  /** Signs in and follows to the owner's page. */
  const signedIn = async () => {
    assert.equal((await completed()).location?.pathname, "/my-mailbox");
    return browser.get("/my-mailbox");
  };

  it("is explained to whoever has the link, without an address and without a script", async () => {
    const { status, headers, text } = await browser.get(`/sign-in/${id}`);
    assert.equal(status, 200);
    assert.match(text, /<button>Sign in at Google<\/button>/);
    assert.doesNotMatch(text, /sales@|example\.org|<script/);
    const policy = headers.get("content-security-policy") ?? "";
    assert.match(policy, /default-src 'none'.*frame-ancestors 'none'/);
    assert.doesNotMatch(policy, /unsafe|script-src/);
    const style = /<style>([\s\S]*)<\/style>/.exec(text)?.[1] ?? "";
    assert.ok(policy.includes(`style-src 'sha256-${createHash("sha256").update(style).digest("base64")}'`));
    assert.equal(headers.get("referrer-policy"), "same-origin");
    assert.equal(headers.get("cache-control"), "no-store");
  });

  it("leads to the authorization server with a state, and gives only hashes and sealed secrets away", async () => {
    const { status, headers, location } = await browser.post(`/sign-in/${id}`);
    assert.equal(status, 303);
    assert.equal(location?.origin, doubleIssuer);
    const state = location?.searchParams.get("state") ?? "";
    assert.match(state, /^[A-Za-z0-9_-]{43}$/);
    const cookie = headers.get("set-cookie") ?? "";
    assert.match(cookie, /^mailfleet_sign_in=[A-Za-z0-9_-]{43}; HttpOnly; SameSite=Lax; Path=\/; Max-Age=\d+$/);
    const begun = doubles.begun.at(-1);
    assert.equal(begun?.stateHash, sha256(state));
    assert.equal(begun?.browserHash, sha256(browser.cookies.get("mailfleet_sign_in") ?? ""));
    assert.equal(begun?.redirectUri, `${console.app.url}/oauth/callback`);
    assert.equal(begun?.verifier?.aad, `${id}|oauth-verifier`);
    assert.match(begun?.challenge ?? "", /^[A-Za-z0-9_-]{43}$/);
    assert.equal(location?.searchParams.get("code_challenge"), begun?.challenge);
    assert.notEqual(new URL((await browser.post(`/sign-in/${id}`)).location ?? "").searchParams.get("state"), state);
  });

  it("hands the code over sealed, says who signed in and until when, and keeps the code out of page and log", async () => {
    const { status, text, headers } = await signedIn();
    assert.equal(status, 200);
    assert.match(text, /role="status">You signed in as <b>sales@example\.org<\/b>/);
    assert.match(text, /until 2030-03-17/);
    assert.equal(doubles.completed.at(-1)?.code.aad, `${id}|oauth-code`);
    assert.equal(headers.get("referrer-policy"), "same-origin");
    assert.doesNotMatch(text, /the-code-that-nobody/);
    assert.doesNotMatch(console.log.lines.join("\n"), /the-code-that-nobody|mft_/);
    assert.equal(browser.cookies.has("mailfleet_sign_in"), false);
    const again = await browser.get("/my-mailbox");
    assert.equal(again.status, 200, "the page can be loaded again");
    assert.doesNotMatch(again.text, /role="status"/, "and says it once");
  });

  const refusals: readonly {
    what: string;
    expected: string;
    end: (state: string) => ReturnType<typeof callback>;
  }[] = [
    { what: "an unknown state", expected: "STATE_UNKNOWN", end: () => callback({ state: "x".repeat(43), code }) },
    { what: "no state", expected: "STATE_UNKNOWN", end: () => callback({ code }) },
    {
      what: "an expired state",
      expected: "STATE_EXPIRED",
      end: (state) => {
        doubles.at += 600_000;
        return callback({ state, code });
      },
    },
    {
      what: "another browser",
      expected: "REDIRECT_FROM_ANOTHER_BROWSER",
      end: (state) => callback({ state, code }, openBrowser(console.app.url)),
    },
    {
      what: "another browser that began a sign-in of its own",
      expected: "REDIRECT_FROM_ANOTHER_BROWSER",
      end: async (state) => {
        const other = openBrowser(console.app.url);
        await other.post(`/sign-in/${id}`);
        return callback({ state, code }, other);
      },
    },
    {
      what: "another authorization server",
      expected: "REDIRECT_FROM_ANOTHER_ORIGIN",
      end: (state) => callback({ state, code, iss: "https://evil.example" }),
    },
    { what: "neither code nor error", expected: "SIGN_IN_REFUSED", end: (state) => callback({ state }) },
    {
      what: "two codes",
      expected: "SIGN_IN_REFUSED",
      end: (state) => browser.get(`/oauth/callback?state=${state}&code=a&code=b`),
    },
    { what: "a refusal", expected: "SIGN_IN_REFUSED", end: (state) => callback({ state, error: "access_denied" }) },
  ];
  for (const { what, expected, end } of refusals)
    it(`ends with ${expected} and a remedy for ${what}, and opens no session`, async () => {
      const completed = doubles.completed.length;
      const { status, text } = await end(await begin());
      assert.ok(status >= 400 && status < 500);
      assert.ok(text.includes(expected), text);
      assert.doesNotMatch(text, /the-code-that-nobody/);
      assert.equal(doubles.completed.length, completed);
      assert.equal(browser.cookies.has("mailfleet_owner"), false);
    });

  it("takes a state once", async () => {
    const state = await begin();
    const cookie = `mailfleet_sign_in=${browser.cookies.get("mailfleet_sign_in")}`;
    assert.equal((await callback({ state, code })).status, 303);
    const completed = doubles.completed.length;
    const again = await openBrowser(console.app.url).get(`/oauth/callback?state=${state}&code=x`, { cookie });
    assert.match(again.text, /STATE_REPLAYED/);
    assert.equal(doubles.completed.length, completed);
  });

  it("repeats a provider's words as text only", async () => {
    const error_description = `<script>alert(1)</script><img src=x onerror='1'>${"y".repeat(5000)}`;
    const { text } = await callback({ state: await begin(), error: '"><b>', error_description });
    assert.match(text, /&lt;script&gt;/);
    assert.doesNotMatch(text, /<script|<img|"><b>|y{400}/);
  });

  it("says so when somebody signed in with another account, and opens no session", async () => {
    doubles.outcome = () => {
      throw new ProblemError("ACCOUNT_NOT_THE_MAILBOX", "Signed in as <eve@example.net>.", {
        remedy: "Use the other.",
      });
    };
    const { status, text } = await completed();
    assert.equal(status, 409);
    assert.match(text, /ACCOUNT_NOT_THE_MAILBOX/);
    assert.match(text, /&lt;eve@example\.net&gt;/);
    assert.match(text, /Use the other/);
    assert.equal(browser.cookies.has("mailfleet_owner"), false);
  });

  it("says at the front door where to go, and on a page without a session that nobody is signed in", async () => {
    const { status, text } = await browser.get("/");
    assert.equal(status, 200);
    assert.match(text, /sign-in link/);
    assert.match((await browser.get("/my-mailbox")).text, /<h1>You are not signed in<\/h1>/);
  });

  it("leads nowhere for mailboxes that do not exist or do not sign in", async () => {
    for (const which of ["mb_nobody01", "nonsense", "%22%3E%3Cb%3E"]) {
      const { status, text } = await browser.get(`/sign-in/${which}`);
      assert.equal(status, 404);
      assert.match(text, /NOT_FOUND/);
      assert.doesNotMatch(text, /"><b>/);
    }
    doubles.profile = { ...profileSample, id: signInProfileSample.id };
    for (const answer of [await browser.get(`/sign-in/${id}`), await browser.post(`/sign-in/${id}`)]) {
      assert.equal(answer.status, 409);
      assert.match(answer.text, /NOT_POSSIBLE_NOW/);
    }
  });

  it("can be begun twenty times a minute", async () => {
    for (let count = 0; count < 20; count += 1) await begin();
    const { status, headers, text } = await browser.post(`/sign-in/${id}`);
    assert.equal(status, 429);
    const after = headers.get("retry-after");
    assert.ok(Number(after) >= 1 && Number(after) <= 60, `${after}`);
    assert.equal(headers.get("ratelimit-policy"), '"sign-ins";q=20;w=60');
    assert.equal(headers.get("ratelimit"), `"sign-ins";r=0;t=${after}`);
    assert.match(text, /TOO_MANY/);
    ahead += 60_000;
    const { headers: then } = await browser.post(`/sign-in/${id}`);
    assert.equal(then.get("ratelimit"), '"sign-ins";r=19');
  });

  it("is not begun by another site's form, and not used up by looking", async () => {
    const begun = doubles.begun.length;
    const foreign = await browser.post(`/sign-in/${id}`, {}, { "sec-fetch-site": "cross-site" });
    assert.equal(foreign.status, 403);
    assert.equal(doubles.begun.length, begun);
    const state = await begin();
    const head = await fetch(`${console.app.url}/oauth/callback?state=${state}&code=x`, { method: "HEAD" });
    assert.equal(head.status, 404);
    assert.equal((await callback({ state, code })).status, 303);
  });

  describe("gives a session", () => {
    it("that tests and enables this mailbox, with the form of its own page only", async () => {
      const { text } = await signedIn();
      const form = hiddenFields(text, "/my-mailbox/test-and-enable");
      const { form: _, ...without } = form;
      const foreign = [without, { ...form, form: "A".repeat(43) }];
      const tested = doubles.tested.length;
      for (const fields of foreign) {
        const answer = await browser.post("/my-mailbox/test-and-enable", fields);
        assert.equal(answer.status, 403);
        assert.match(answer.text, /FORBIDDEN/);
      }
      const other = openBrowser(console.app.url);
      assert.equal((await other.post("/my-mailbox/test-and-enable", form)).status, 401);
      assert.equal(doubles.tested.length, tested);
      const done = await browser.post("/my-mailbox/test-and-enable", form);
      assert.equal(done.status, 303);
      assert.equal(done.location?.pathname, "/my-mailbox");
      const command = doubles.tested.at(-1);
      assert.equal(command?.id, id);
      assert.equal(command?.commandId, form.command);
      assert.equal(command?.by, "owner of sales@example.org");
      assert.match(
        (await browser.get("/my-mailbox")).text,
        /Receiving<\/dt><dd><span class="state busy">.*↻<\/span> being tested/,
      );
    });

    it("that disables this mailbox, with the form of its own page only, and offers it only while it is wanted", async () => {
      const { text } = await signedIn();
      const { form: token, ...without } = hiddenFields(text, "/my-mailbox/disable");
      const foreign = await browser.post("/my-mailbox/disable", without);
      assert.deepEqual([foreign.status, doubles.disabled.length], [403, 0]);
      const from = { "sec-fetch-site": "cross-site" };
      assert.equal((await browser.post("/my-mailbox/disable", { ...without, form: token ?? "" }, from)).status, 403);
      assert.equal(doubles.disabled.length, 0);
      const before = doubles.mailbox;
      doubles.mailbox = { ...before, wanted: false };
      try {
        const done = await browser.post("/my-mailbox/disable", { ...without, form: token ?? "" });
        assert.deepEqual([done.status, done.location?.pathname], [303, "/my-mailbox"]);
        const { id: disabled, owner, by } = doubles.disabled.at(-1) ?? {};
        assert.deepEqual([disabled, owner, by], [id, before.ownership, "owner of sales@example.org"]);
        const page = (await browser.get("/my-mailbox")).text;
        assert.match(page, /Your mailbox is disabled/);
        assert.doesNotMatch(page, /my-mailbox\/disable/);
      } finally {
        doubles.mailbox = before;
      }
    });

    it("that refuses the form token of another session", async () => {
      const first = hiddenFields((await signedIn()).text, "/my-mailbox/leave");
      browser = openBrowser(console.app.url);
      await signedIn();
      assert.equal((await browser.post("/my-mailbox/leave", first)).status, 403);
    });

    it("that chooses profile and methods among the active profiles", async () => {
      const { text } = await signedIn();
      assert.match(text, /<option value="pf_sample01">Sample<\/option>/);
      assert.doesNotMatch(text, /Asleep/);
      const form = hiddenFields(text, "/my-mailbox/settings");
      const done = await browser.post("/my-mailbox/settings", { ...form, profileId: "pf_sample01", receive: "yes" });
      assert.equal(done.status, 303);
      assert.deepEqual(doubles.updated.at(-1)?.change, {
        profileId: "pf_sample01",
        deliveryMethods: { inbound: "server-side", outbound: "none", act: "none" },
      });
      const updated = doubles.updated.length;
      const asleep = await browser.post("/my-mailbox/settings", { ...form, profileId: "pf_asleep01" });
      assert.equal(asleep.status, 404);
      assert.equal(doubles.updated.length, updated);
    });

    it("that switches act off where it is on, and says what act is not yet", async () => {
      const before = doubles.mailbox;
      assert.doesNotMatch((await signedIn()).text, /name="act"|Appointments/);
      const act = { ...before.directions.inbound, configured: true };
      const deliveryMethods = { ...before.deliveryMethods, act: "server-side" as const };
      try {
        doubles.mailbox = { ...before, deliveryMethods, directions: { ...before.directions, act } };
        const { text } = await browser.get("/my-mailbox");
        assert.match(text, /<dt>Appointments, contacts and tasks<\/dt>[\s\S]*They are not synchronised yet/);
        assert.match(text, /name="act" value="yes" checked/);
        const form = hiddenFields(text, "/my-mailbox/settings");
        const both = { receive: "yes", send: "yes", profileId: before.profileId };
        const updated = doubles.updated.length;
        await browser.post("/my-mailbox/settings", { ...form, ...both, act: "yes" });
        assert.equal(doubles.updated.length, updated, "nothing was changed");
        await browser.post("/my-mailbox/settings", { ...form, ...both, command: crypto.randomUUID() });
        assert.equal(doubles.updated.at(-1)?.change?.deliveryMethods?.act, "none");
      } finally {
        doubles.mailbox = before;
      }
    });

    it("that follows a test to its end, also beside daily work, and shows its steps", async () => {
      const before = doubles.mailbox;
      const test = (at: number, outcome: "ok" | "failed") => ({
        at,
        outcome,
        steps: [
          { step: "authenticate" as const, outcome: "ok" as const, ms: 1 },
          { step: "send" as const, outcome, ms: 2, detail: "554 5.7.1 <spam>" },
        ],
      });
      const state = (at: number, outcome: "ok" | "failed") => {
        const { inbound, outbound, act } = before.directions;
        const directions = { inbound: { ...inbound, lastTest: test(at, "ok") }, act };
        doubles.mailbox = {
          ...before,
          directions: { ...directions, outbound: { ...outbound, lastTest: test(at, outcome) } },
        };
      };
      try {
        state(1000, "ok");
        const form = hiddenFields((await signedIn()).text, "/my-mailbox/test-and-enable");
        await browser.post("/my-mailbox/test-and-enable", form);
        for (let look = 0; look < 2; look++) {
          const { text } = await browser.get("/my-mailbox");
          assert.match(text, /http-equiv="refresh"/);
          assert.match(
            text,
            /is being tested[\s\S]*Sending<\/dt><dd><span class="state busy">.*↻<\/span> being tested …/,
          );
        }
        state(2000, "failed");
        const ended = (await browser.get("/my-mailbox")).text;
        assert.doesNotMatch(ended, /http-equiv="refresh"/);
        assert.match(ended, /notice bad" role="status">The test has not passed/);
        assert.match(ended, /<li class="failed">.*Send a test message, failed after .*554 5\.7\.1 &lt;spam&gt;/);
        assert.doesNotMatch((await browser.get("/my-mailbox")).text, /role="status"/);
      } finally {
        doubles.mailbox = before;
      }
    });

    it("that saves after a test, unless somebody else changed the same fields", async () => {
      const before = doubles.mailbox;
      const { text } = await signedIn();
      const form = hiddenFields(text, "/my-mailbox/settings");
      const updated = doubles.updated.length;
      try {
        doubles.mailbox = { ...before, v: before.v + 2 };
        const post = (fields: Record<string, string>) =>
          browser.post("/my-mailbox/settings", { ...form, profileId: before.profileId, ...fields });
        assert.equal((await post({ receive: "yes", send: "yes" })).status, 303);
        assert.equal(doubles.updated.length, updated, "nothing was changed");
        assert.match((await browser.get("/my-mailbox")).text, /nothing to save/);
        assert.equal((await post({ receive: "yes" })).status, 303);
        assert.equal(doubles.updated.at(updated)?.change?.deliveryMethods?.outbound, "none");
        assert.match((await browser.get("/my-mailbox")).text, /settings are saved/);
        doubles.mailbox = { ...before, deliveryMethods: { ...before.deliveryMethods, inbound: "none" } };
        const refused = await post({ receive: "yes" });
        assert.equal(refused.status, 412);
        assert.match(refused.text, /Somebody else has changed/);
        assert.match(refused.text, /name="receive" value="yes">/, "the form shows what holds now");
        assert.equal(doubles.updated.length, updated + 1);
      } finally {
        doubles.mailbox = before;
      }
    });

    it("that ends when the mailbox gets another address or owner, also for one that was begun before", async () => {
      const before = doubles.mailbox;
      const { text } = await signedIn();
      const state = await begin();
      const form = hiddenFields(text, "/my-mailbox/test-and-enable");
      const tested = doubles.tested.length;
      await browser.post("/my-mailbox/test-and-enable", form);
      assert.equal(doubles.tested.at(tested)?.owner, 1);
      doubles.mailbox = { ...before, ownership: 2 };
      try {
        assert.equal((await browser.get("/my-mailbox")).status, 401);
        assert.equal((await browser.post("/my-mailbox/test-and-enable", form)).status, 401);
        assert.equal(doubles.tested.length, tested + 1);
        await callback({ state, code, iss: doubleIssuer });
        assert.equal((await browser.get("/my-mailbox")).status, 401);
      } finally {
        doubles.mailbox = before;
      }
    });

    it("that ends after an hour, and when it is left", async () => {
      const { text } = await signedIn();
      const form = hiddenFields(text, "/my-mailbox/leave");
      ahead += 3_600_000;
      assert.equal((await browser.get("/my-mailbox")).status, 401);
      ahead -= 3_600_000;
      assert.equal((await browser.get("/my-mailbox")).status, 200);
      const cookie = `mailfleet_owner=${browser.cookies.get("mailfleet_owner")}`;
      assert.equal((await browser.post("/my-mailbox/leave", form)).status, 200);
      assert.equal((await openBrowser(console.app.url).get("/my-mailbox", { cookie })).status, 401);
    });
  });

  describe("for programs", () => {
    const path = `/mailboxes/${id}/sign-in`;

    it("answers the link, or a device code and whether it was entered", async () => {
      const link = await console.send("POST", path, { body: { method: "link" } });
      assert.deepEqual(link.body, { method: "link", signInUrl: `${console.app.url}/sign-in/${id}` });
      const device = await console.send("POST", path, { body: { method: "device" } });
      assert.equal(device.body.userCode, "WDJB-MJHT");
      assert.equal(doubles.begun.at(-1)?.flow, "device");
      const poll = await console.send("POST", `${path}/${device.body.consentId}/poll`);
      assert.equal(poll.body.state, "done");
      const foreign = await console.send("POST", `/mailboxes/mb_other01/sign-in/${device.body.consentId}/poll`);
      assert.equal(foreign.status, 404);
    });

    it("forgets a grant", async () => {
      assert.equal((await console.send("DELETE", "/mailboxes/sales%40example.org/grant")).status, 204);
      assert.equal(doubles.removed.at(-1)?.mailboxId, id);
    });

    it("shows grant and link with the mailbox, where its profile signs in", async () => {
      const { body } = await console.send("GET", `/mailboxes/${id}`);
      assert.equal(body.signInUrl, `${console.app.url}/sign-in/${id}`);
      assert.equal((body.grant as { account: string }).account, "sales@example.org");
      doubles.profile = { ...profileSample, id: signInProfileSample.id };
      const without = await console.send("GET", `/mailboxes/${id}`);
      assert.equal(without.body.signInUrl, null);
      assert.equal(without.body.grant, null);
    });
  });
});

describe("a form of another site", () => {
  it("begins no sign-in, whether the browser names the site or hides it", async () => {
    const doubles = signInDoubles();
    const console = await startConsoleUnderTest(doubles.handlers);
    try {
      const post = (headers: Record<string, string>) =>
        openBrowser(console.app.url).post(`/sign-in/${doubles.mailbox.id}`, {}, headers);
      for (const origin of ["https://evil.example.org", "null", console.app.url.replace(/:\d+$/, ":1")])
        assert.equal((await post({ origin })).status, 403, origin);
      assert.deepEqual(doubles.begun, []);
      assert.equal((await post({ origin: console.app.url })).status, 303);
    } finally {
      await console.stop();
    }
  });
});

describe("the pages of a console behind TLS", () => {
  it("are named by its public address, and their cookies are secure", async () => {
    const doubles = signInDoubles();
    const console = await startConsoleUnderTest(doubles.handlers, { publicUrl: "https://mail.example.org" });
    try {
      const { headers } = await openBrowser(console.app.url).post(`/sign-in/${doubles.mailbox.id}`);
      assert.match(headers.get("set-cookie") ?? "", /^__Host-mailfleet_sign_in=.*; Path=\/; Max-Age=\d+; Secure$/);
      assert.equal(headers.get("strict-transport-security"), "max-age=31536000");
      assert.equal(doubles.begun.at(-1)?.redirectUri, "https://mail.example.org/oauth/callback");
    } finally {
      await console.stop();
    }
  });
});

describe("the pages of a console that others can overhear", () => {
  it("begin and complete nothing", async () => {
    const doubles = signInDoubles();
    const console = await startConsoleUnderTest(doubles.handlers, { secretsAllowed: false });
    try {
      const browser = openBrowser(console.app.url);
      const answers = [
        await browser.post(`/sign-in/${doubles.mailbox.id}`),
        await browser.get(`/oauth/callback?state=${"x".repeat(43)}&code=c`),
      ];
      for (const { status, text } of answers) {
        assert.equal(status, 403);
        assert.match(text, /PLAIN_HTTP/);
      }
      assert.deepEqual(doubles.begun, []);
    } finally {
      await console.stop();
    }
  });
});
