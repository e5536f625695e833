import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { ProblemError, type RequestInput, relayDestination } from "@mailfleet/contracts";
import { eventually } from "@mailfleet/local/testing";
import { type ConsoleUnderTest, destinations, startConsoleUnderTest } from "./console-under-test.ts";
import { mailboxSample, profileSample, signInProfileSample } from "./samples.ts";

const found = (id: string, at: number) => ({
  ...{ id, at, mailboxId: "mb_sales01", state: id.startsWith("sn_") ? ("sent" as const) : ("received" as const) },
  ...{ messageId: "<1@example.net>", from: "kim@example.net", to: [], subject: "offer", why: null },
});

describe("the HTTP API", () => {
  const searched: object[] = [];
  let console: ConsoleUnderTest;
  const created: RequestInput<"config.profile.create">[] = [];
  const updated: RequestInput<"config.profile.update">[] = [];
  const mailboxes: RequestInput<"config.mailbox.create">[] = [];
  const relay = { host: "relay.example.org", port: 25, security: "none" } as const;
  const off = {
    enabled: false,
    mode: "smtp",
    recipientSeverities: ["error", "warning"] as ("error" | "warning")[],
    quietHours: null,
    language: "en" as const,
    recipientLanguages: [] as string[],
    maintenance: [] as string[],
    escalateTo: [] as string[],
    escalateAfterMinutes: 60,
    noticesPerHour: 60,
    alertRetentionDays: 30,
    notifyOwners: false,
    format: "text",
    from: null,
  } as const;
  const unset = { relay: null, application: null, credentials: null, oauthSecret: null, secretExpiresAt: null };
  const noNotifications = { v: 2, ...off, to: [], ownerSeverities: [], ...unset };
  const relays: RequestInput<"alerting.notification-settings.update">[] = [];

  before(async () => {
    console = await startConsoleUnderTest({
      "config.profile.create": async (input) => {
        created.push(input);
        return { ...profileSample, name: input.new.name, id: input.id };
      },
      "config.profile.get": async ({ id: profileId }) => {
        if (profileId === signInProfileSample.id) return signInProfileSample;
        if (profileId === profileSample.id) return profileSample;
        throw new ProblemError("NOT_FOUND", `There is no profile ${profileId}.`);
      },
      "config.profile.update": async (input) => {
        updated.push(input);
        if (input.ifVersion !== undefined && input.ifVersion !== profileSample.v)
          throw new ProblemError("STALE_VERSION", "It has version 1 now.");
        return profileSample;
      },
      "config.profile.delete": async () => ({}),
      "config.mailbox.create": async (input) => {
        mailboxes.push(input);
        return { ...mailboxSample, id: input.id, credentials: { username: "u", setAt: 0 } };
      },
      "config.mailbox.get": async () => mailboxSample,
      "config.mailbox.find": async () => mailboxSample,
      "config.mailbox.list": async () => ({ items: [mailboxSample], next: null }),
      "inbound-sync.message.search": async ({ cursor, limit, ...wanted }) => {
        searched.push(wanted);
        const items = [found("mb_sales01/1-2", 9), found("mb_sales01/1-1", 5)];
        return cursor === undefined
          ? { items: items.slice(0, limit), next: limit < 2 ? "9/mb_sales01/1-2" : null }
          : { items: items.slice(1), next: null };
      },
      "outbound-send.send.search": async ({ cursor }) => ({
        items: cursor === undefined ? [found("sn_found1", 7)] : [],
        next: null,
      }),
      "inbound-sync.message.trail": async ({ id }) => {
        if (id !== "mb_sales01/1-2") throw new ProblemError("NOT_FOUND", "There is no message.");
        return { ...found(id, 9), events: [{ at: 9, what: "stored", words: null }] };
      },
      "outbound-send.send.trail": async ({ id }) => ({
        ...found(id, 7),
        events: [{ at: 7, what: "sent", words: "250" }],
      }),
      "config.grant.get": async () => null,
      "config.mailbox.approve": async () => mailboxSample,
      "inbound-sync.activity.get": async ({ mailboxId }) => ({
        mailboxId,
        lastRunAt: 1_700_000_000_000,
        lastRunOutcome: "ok",
        lastProvedSuccessAt: 1_700_000_000_000,
        messages: 12,
      }),
      "scheduler.timer.list": async () => ({
        items: [
          { name: "inbound", due: 1_700_000_123_000, everyMs: 300_000, delivers: "run.requested.v1", generation: 3 },
          { name: "outbound", due: 1_600_000_000_000, everyMs: null, delivers: "run.requested.v1", generation: 2 },
        ],
      }),
      "alerting.notification-settings.get": async () => noNotifications,
      "alerting.notification-settings.destinations": async ({ change }) => ({
        to: { credentials: relayDestination(change?.relay) },
        holder: "notifications",
      }),
      "alerting.notification-settings.update": async (input) => {
        relays.push(input);
        return noNotifications;
      },
    });
  });

  after(() => console?.stop());

  const newProfile = {
    name: "Sample",
    inbound: { protocol: "imap", host: "mail.example.org", port: 993, security: "tls" },
    outbound: { protocol: "smtp", host: "mail.example.org", port: 465, security: "tls" },
  };

  it("answers what is only tried with 200, and with the same times in ISO 8601", async () => {
    const { status, body } = await console.send("POST", "/profiles?dryRun=true", { body: { name: "Tried" } });
    assert.deepEqual([status, body.name], [200, "Tried"]);
    assert.match(String(body.createdAt), /^\d{4}-\d\d-\d\dT/);
  });

  it("creates a profile: 201, Location, ETag, times in ISO 8601", async () => {
    const { status, headers, body } = await console.send("POST", "/profiles", { body: newProfile });
    assert.equal(status, 201);
    assert.equal(headers.get("location"), `/api/v1/profiles/${body.id}`);
    assert.equal(headers.get("etag"), '"1"');
    assert.equal(body.createdAt, "2023-11-14T22:13:20.000Z");
    assert.ok(headers.get("x-correlation-id"));
    assert.equal(created.at(-1)?.correlation, headers.get("x-correlation-id"));
    assert.equal(created.at(-1)?.by, "administrator");
  });

  it("derives the id from the Idempotency-Key, so that a repetition is the same command", async () => {
    const headers = { "idempotency-key": "order-17" };
    const first = await console.send("POST", "/profiles", { body: newProfile, headers });
    const again = await console.send("POST", "/profiles", { body: newProfile, headers });
    const other = await console.send("POST", "/profiles", { body: newProfile });
    assert.equal(first.body.id, again.body.id);
    assert.notEqual(first.body.id, other.body.id);
    assert.equal(created.at(-2)?.commandId, "order-17");
    const wrong = await console.send("POST", "/profiles", { body: newProfile, headers: { "idempotency-key": "a b" } });
    assert.equal(wrong.status, 400);
  });

  it("names every wrong and every unknown field", async () => {
    const body = { ...newProfile, inbound: { ...newProfile.inbound, port: 70_000, colour: "red" }, nonsense: 1 };
    const answer = await console.send("POST", "/profiles", { body });
    assert.equal(answer.status, 400);
    assert.equal(answer.headers.get("content-type"), "application/problem+json");
    assert.equal(answer.body.code, "INVALID");
    assert.equal(answer.body.correlation, answer.headers.get("x-correlation-id"));
    assert.deepEqual(answer.body.errors, [
      { pointer: "/inbound/port", reason: "must be 1 to 65535" },
      { pointer: "/inbound/colour", reason: "is not a known field" },
      { pointer: "/nonsense", reason: "is not a known field" },
    ]);
  });

  it("refuses unknown query parameters, and bodies where none belong", async () => {
    const query = await console.send("GET", "/profiles?colour=red&limit=0");
    assert.equal(query.status, 400);
    assert.deepEqual(query.body.errors, [
      { pointer: "/limit", reason: "must be 1 to 500" },
      { pointer: "/colour", reason: "is not a known query parameter" },
    ]);
    const body = await console.send("POST", "/profiles/pf_sample01/activate", { body: { now: true } });
    assert.equal(body.status, 400);
    assert.match(String(body.body.detail), /\/now is not a known field/);
  });

  it("refuses malformed JSON without quoting it, and other media types", async () => {
    const answer = await console.send("POST", "/profiles", { body: '{"password": "hunter2"' });
    assert.equal(answer.status, 400);
    assert.doesNotMatch(JSON.stringify(answer.body), /hunter2/);
    const form = await console.send("POST", "/profiles", {
      body: "a=b",
      headers: { "content-type": "application/x-www-form-urlencoded" },
    });
    assert.equal(form.status, 415);
    const poison = await console.send("POST", "/profiles", { body: '{"__proto__": {"a": 1}}' });
    assert.equal(poison.status, 400);
  });

  it("tells 404 from 405", async () => {
    assert.equal((await console.send("GET", "/nowhere")).status, 404);
    const wrong = await console.send("PUT", "/profiles/pf_sample01");
    assert.equal(wrong.status, 405);
    assert.equal(wrong.headers.get("allow"), "GET, PATCH, DELETE");
    // Whether a body can be read says nothing where there is nobody to take it.
    for (const method of ["QUERY", "PUT"]) {
      const unread = await console.send(method, "/profiles/pf_sample01", { headers: { "content-type": "x" } });
      assert.deepEqual([unread.status, unread.headers.get("allow")], [405, "GET, PATCH, DELETE"], method);
    }
    for (const path of ["/mailboxes/%zz", `/mailboxes/${"a".repeat(900)}`]) {
      const unreadable = await console.send("GET", path);
      assert.equal(unreadable.headers.get("content-type"), "application/problem+json");
      assert.ok(unreadable.status >= 400 && unreadable.status < 500);
    }
    const counts = await console.send("PATCH", "/mailboxes/counts", { body: {} });
    assert.deepEqual([counts.status, counts.headers.get("allow")], [405, "GET"]);
    const missing = await console.send("GET", "/profiles/pf_missing");
    assert.equal(missing.status, 404);
    assert.equal(missing.body.code, "NOT_FOUND");
    assert.ok(missing.body.remedy);
  });

  it("takes If-Match and answers 412 when somebody was faster", async () => {
    const stale = await console.send("PATCH", "/profiles/pf_sample01", {
      body: { name: "New" },
      headers: { "if-match": '"5"' },
    });
    assert.equal(stale.status, 412);
    assert.equal(stale.body.code, "STALE_VERSION");
    const fresh = await console.send("PATCH", "/profiles/pf_sample01", {
      body: { name: "New" },
      headers: { "if-match": '"1"' },
    });
    assert.equal(fresh.status, 200);
    assert.equal(updated.at(-1)?.ifVersion, 1);
    const none = await console.send("DELETE", "/profiles/pf_sample01");
    assert.equal(none.status, 204);
    const wrong = await console.send("PATCH", "/profiles/pf_sample01", { body: {}, headers: { "if-match": "abc" } });
    assert.equal(wrong.status, 400);
  });

  it("wants a good token of the right role", async () => {
    const none = await console.send("GET", "/profiles", { token: null });
    assert.equal(none.status, 401);
    assert.equal(none.headers.get("www-authenticate"), "Bearer");
    assert.equal((await console.send("GET", "/profiles", { token: `mft_${"x".repeat(43)}` })).status, 401);
    const reader = await console.tokenFor("reader");
    assert.equal((await console.send("GET", "/mailboxes", { token: reader })).status, 200);
    assert.equal((await console.send("POST", "/profiles", { token: reader, body: newProfile })).status, 403);
    assert.equal((await console.send("GET", "/tokens", { token: reader })).status, 403);
  });

  it("seals passwords for their owner, and neither logs nor answers them", async () => {
    const { status, body } = await console.send("POST", "/mailboxes", {
      body: { address: "sales@example.org", credentials: { username: "u", password: "hunter2-very-secret" } },
    });
    assert.equal(status, 201);
    const { passwords } = mailboxes.at(-1)?.credentials ?? {};
    assert.equal(passwords?.inbound.aad, `${body.id}|mailbox-password|${destinations.inbound}`);
    assert.equal(passwords?.outbound.aad, `${body.id}|mailbox-password|${destinations.outbound}`);
    assert.deepEqual(body.credentials, { username: "u", setAt: "1970-01-01T00:00:00.000Z" });
    await console.send("PATCH", "/settings/notifications", {
      body: { enabled: true, relay, credentials: { username: "u", password: "hunter2-very-secret" } },
    });
    assert.equal(relays.at(-1)?.credentials?.password.aad, "notifications|relay-password|smtp relay.example.org:25");
    await console.send("PUT", "/profiles/pf_sample01/outbound-credentials", {
      body: { username: "u", password: "hunter2-very-secret" },
    });
    assert.equal(
      updated.at(-1)?.outboundCredentials?.password.aad,
      `pf_sample01|outbound-password|${destinations.outbound}`,
    );
    await console.send("DELETE", "/profiles/pf_sample01/outbound-credentials");
    assert.equal(updated.at(-1)?.outboundCredentials, null);
    assert.doesNotMatch(console.log.lines.join("\n"), /hunter2|mft_/);
  });

  it("composes a mailbox from all who know about it, and names who does not answer", async () => {
    const { status, body } = await console.send("GET", "/mailboxes/sales%40example.org");
    assert.equal(status, 200);
    const { inbound, outbound } = body.directions as Record<
      string,
      { activity: { lastRunAt: string } | null } & Record<string, unknown>
    >;
    assert.equal(inbound?.activity?.lastRunAt, "2023-11-14T22:13:20.000Z");
    assert.equal(inbound?.nextRunAt, "2023-11-14T22:15:23.000Z");
    assert.deepEqual(inbound?.next, { at: "2023-11-14T22:15:23.000Z", why: "poll", everyMs: 300_000 });
    assert.equal(outbound?.activity, null);
    assert.equal(outbound?.nextRunAt, null, "a timer of an older generation is none");
    assert.deepEqual(body.unavailable, ["outbound-send"]);
  });

  it("finds mail of those who receive and those who send as one list", async () => {
    const query = "from=kim@example.net&subject=offer&mailboxId=mb_sales01&since=2026-01-31T08:00:00Z";
    const list = (more: string) => console.send("GET", `/mail?${query}${more}`);
    const ids = ({ body }: Awaited<ReturnType<typeof list>>) => (body.items as { id: string }[]).map(({ id }) => id);
    assert.deepEqual(ids(await list("")), ["mb_sales01/1-2", "sn_found1", "mb_sales01/1-1"]);
    const wanted = { from: "kim@example.net", subject: "offer", mailboxId: "mb_sales01", since: 1_769_846_400_000 };
    assert.deepEqual(searched.at(-1), wanted);
    const pages: string[][] = [];
    for (let cursor = ""; pages.length < 9; ) {
      const page = await list(`&limit=1${cursor}`);
      pages.push(ids(page));
      if (page.body.next === null) break;
      cursor = `&cursor=${page.body.next}`;
    }
    assert.deepEqual(pages.flat(), ["mb_sales01/1-2", "sn_found1", "mb_sales01/1-1"]);
    assert.equal((await list("&cursor=x")).status, 400);
    assert.equal((await console.send("GET", "/mail?colour=red")).status, 400);
    const token = await console.tokenFor("reader");
    assert.equal((await console.send("GET", "/mail", { token })).status, 200);
  });

  it("tells what happened to a message, from whom it went through", async () => {
    const events = async (id: string) => (await console.send("GET", `/mail/${encodeURIComponent(id)}`)).body.events;
    assert.deepEqual(await events("mb_sales01/1-2"), [{ at: "1970-01-01T00:00:00.009Z", what: "stored", words: null }]);
    assert.deepEqual(await events("sn_found1"), [{ at: "1970-01-01T00:00:00.007Z", what: "sent", words: "250" }]);
    assert.equal((await console.send("GET", "/mail/mb_sales01%2F1-3")).status, 404);
    assert.equal((await console.send("GET", "/mail/tk_token01")).status, 400);
  });

  it("answers 503 when the owner is away", async () => {
    const { status, body } = await console.send("GET", "/settings");
    assert.equal(status, 503);
    assert.equal(body.code, "UNAVAILABLE");
  });

  it("makes tokens that work until they are deleted, and keeps the last administrator's", async () => {
    const made = await console.send("POST", "/tokens", { body: { name: "ci", role: "reader" } });
    assert.equal(made.status, 201);
    const token = String(made.body.token);
    assert.match(token, /^mft_[A-Za-z0-9_-]{43}$/);
    assert.equal((await console.send("GET", "/mailboxes", { token })).status, 200);
    const { body } = await console.send("GET", "/tokens");
    assert.doesNotMatch(JSON.stringify(body), /hash|mft_/);
    assert.equal((await console.send("DELETE", `/tokens/${made.body.id}`)).status, 204);
    assert.equal((await console.send("GET", "/mailboxes", { token })).status, 401);
    const own = (body.items as { id: string; role: string }[]).find((item) => item.role === "administrator");
    const last = await console.send("DELETE", `/tokens/${own?.id}`);
    assert.equal(last.status, 409);
    assert.equal(last.body.code, "IN_USE");
  });

  it("keeps one of the last two administrators when both are removed at once", async () => {
    const two = await Promise.all(
      ["x", "y"].map((name) => console.send("POST", "/tokens", { body: { name, role: "administrator" } })),
    );
    const { body } = await console.send("GET", "/tokens");
    const all = (body.items as { id: string; role: string }[]).filter((item) => item.role === "administrator");
    for (const { id } of all.slice(0, -2)) await console.tokens.remove(id);
    const token = String(two[0]?.body.token);
    const last = all.slice(-2).map(({ id }) => id);
    const gone = console.tokens.countAdministrators;
    // Both look before either removes.
    const seen = Promise.withResolvers<void>();
    let looks = 0;
    console.tokens.countAdministrators = async () => {
      const count = await gone();
      looks += 1;
      if (looks === 2) seen.resolve();
      if (looks <= 2) await seen.promise;
      return count;
    };
    try {
      await Promise.all(last.map((id) => console.send("DELETE", `/tokens/${id}`, { token })));
      assert.ok((await gone()) >= 1);
    } finally {
      console.tokens.countAdministrators = gone;
    }
  });

  it("answers only the fields of a list that were asked for, and refuses unknown ones by name", async () => {
    const token = await console.tokenFor("reader");
    const { body, status } = await console.send("GET", "/mailboxes?fields=id,createdAt", { token });
    const { id, createdAt } = mailboxSample;
    assert.deepEqual([status, body.items], [200, [{ id, createdAt: new Date(createdAt).toISOString() }]]);
    const unknown = await console.send("GET", "/mailboxes?fields=id,colour", { token });
    assert.equal(unknown.status, 400);
    assert.match(JSON.stringify(unknown.body.errors), /colour is not one of id, v, address, /);
  });

  it("takes wrong tokens from one address only so often; right ones go on", async () => {
    const wrong = `mft_${"x".repeat(43)}`;
    const ask = () => console.send("GET", "/mailboxes", { token: wrong });
    // A minute may end in between, and the count begins anew.
    let answer = await ask();
    for (let n = 1; n < 200 && answer.status === 401; n += 1) answer = await ask();
    const { status, headers } = answer;
    assert.equal(status, 429);
    const after = headers.get("retry-after");
    assert.ok(Number(after) >= 1 && Number(after) <= 60, `${after}`);
    assert.equal(headers.get("ratelimit-policy"), '"wrong-tokens";q=60;w=60');
    assert.equal(headers.get("ratelimit"), `"wrong-tokens";r=0;t=${after}`);
    const reader = await console.tokenFor("reader");
    assert.equal((await console.send("GET", "/mailboxes", { token: reader })).status, 200);
  });

  it("refuses a NUL in an address and a body that is nested too deep", async () => {
    const administrator = await console.tokenFor("administrator");
    assert.equal((await console.send("GET", "/mailboxes?search=%00", { token: administrator })).status, 400);
    const response = await fetch(`${console.app.url}/api/v1/settings`, {
      method: "PATCH",
      headers: { authorization: `Bearer ${administrator}`, "content-type": "application/json" },
      body: `{"retryPolicy":${"[".repeat(200_000)}${"]".repeat(200_000)}}`,
    });
    assert.equal(response.status, 400);
    assert.match(await response.text(), /nested/);
  });

  it("sends its description packed to who can unpack it", async () => {
    const at = `${console.app.url}/api/v1/openapi.json`;
    const packed = await fetch(at, { headers: { "accept-encoding": "gzip" } });
    assert.equal(packed.headers.get("content-encoding"), "gzip");
    assert.ok(Number(packed.headers.get("content-length")) < 60_000, `${packed.headers.get("content-length")}`);
    const plain = await fetch(at, { headers: { "accept-encoding": "identity" } });
    assert.equal(plain.headers.get("content-encoding"), null);
    assert.deepEqual(await packed.json(), await plain.json());
  });

  it("describes itself as OpenAPI 3.1 without a token", async () => {
    const { status, body } = await console.send("GET", "/openapi.json", { token: null });
    assert.equal(status, 200);
    assert.equal(body.openapi, "3.1.0");
    assert.ok((body.paths as Record<string, unknown>)["/api/v1/mailboxes/{mailbox}/test-and-enable"]);
  });

  it("logs method, route and status, but neither query nor address", async () => {
    // A token of its own: a test above takes the first one away.
    const administrator = await console.tokenFor("administrator");
    const before = console.log.lines.length;
    assert.equal((await console.send("GET", "/mailboxes?search=top-secret", { token: administrator })).status, 200);
    // Written when the answer is out, which may be after it has come.
    await eventually(() =>
      console.log.lines
        .slice(before)
        .some((line) => /"method":"GET","route":"\/api\/v1\/mailboxes","status":200/.test(line)),
    );
    assert.doesNotMatch(console.log.lines.join("\n"), /top-secret/);
  });
});
