import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { allRoutes } from "../http/routes.ts";
import { type ConsoleUnderTest, startConsoleUnderTest } from "./console-under-test.ts";
import { goodCode, otherMailbox, signInDoubles } from "./sign-in-doubles.ts";

/** All that an owner may do, with a body that passes. A route that is not here is none of his. */
const allowed: Readonly<Record<string, { body?: object }>> = {
  "GET /alerts": {},
  "GET /alerts/:alert": {},
  "GET /mail": {},
  "GET /mail/:mail": {},
  "GET /profiles": {},
  "GET /mailboxes": {},
  "GET /mailboxes/:mailbox": {},
  "GET /mailboxes/:mailbox/history": {},
  "PATCH /mailboxes/:mailbox": { body: { profileId: "pf_sample01" } },
  "PUT /mailboxes/:mailbox/credentials": { body: { username: "u", password: "p" } },
  "DELETE /mailboxes/:mailbox/credentials": {},
  "POST /mailboxes/:mailbox/test": { body: {} },
  "POST /mailboxes/:mailbox/test-and-enable": { body: {} },
  "POST /mailboxes/:mailbox/disable": {},
  "POST /mailboxes/:mailbox/send-code": {},
  "POST /mailboxes/:mailbox/approve-by-code": { body: { code: goodCode } },
  "POST /mailboxes/:mailbox/sign-in": { body: { method: "device" } },
  "POST /mailboxes/:mailbox/sign-in/:consentId/poll": {},
};

describe("the owner of a mailbox", () => {
  const doubles = signInDoubles();
  const own = doubles.mailbox;
  const other = otherMailbox;
  let console: ConsoleUnderTest;
  let token: string;
  let consentId: string;
  before(async () => {
    console = await startConsoleUnderTest(doubles.handlers);
    token = await console.tokenFor("owner", { mailboxIds: [own.id], expiresAt: Date.now() + 600_000 });
    const begun = await console.send("POST", `/mailboxes/${own.id}/sign-in`, { body: { method: "device" } });
    consentId = String(begun.body.consentId);
  });
  after(() => console?.stop());

  const call = (name: string, mailbox: string, more: { body?: object } = {}) => {
    const [method = "", path = ""] = name.split(" ");
    const filled = path
      .replace(":mailbox", encodeURIComponent(mailbox))
      .replace(":consentId", consentId)
      .replace(":alert", "al_own001")
      .replace(":mail", "sn_own001")
      .replace(/:\w+/g, "xx_none01");
    return console.send(method, filled, { token, ...more });
  };

  for (const { method, path } of allRoutes()) {
    const name = `${method} ${path}`;
    const open = allowed[name];
    if (!open)
      it(`may not ${name}`, async () => {
        const { status, body } = await call(name, own.id);
        assert.equal(status, 403);
        assert.equal(body.code, "FORBIDDEN");
      });
    else if (!path.includes(":mailbox"))
      it(`may ${name}`, async () => assert.equal((await call(name, own.id, open)).status, 200));
    else
      it(`may ${name} for his mailbox, by id and by address; others do not exist`, async () => {
        for (const mailbox of [own.id, own.address])
          assert.ok((await call(name, mailbox, open)).status < 300, `${name} ${mailbox}`);
        const answers = [];
        for (const mailbox of [other.id, other.address, "mb_nobody01", "nobody@example.org"])
          answers.push(await call(name, mailbox, open));
        for (const { status, body } of answers) {
          assert.equal(status, 404);
          assert.equal(body.code, "NOT_FOUND");
        }
        const words = answers.map(({ body }) => String(body.detail).replace(/mailbox \S+\.$/, ""));
        assert.equal(new Set(words).size, 1, "another's mailbox is refused in the words for one that does not exist");
      });
  }

  it("has no route in this test that does not exist", () => {
    const names = allRoutes().map(({ method, path }) => `${method} ${path}`);
    assert.deepEqual(
      Object.keys(allowed).filter((name) => !names.includes(name)),
      [],
    );
  });

  it("changes profile and methods only, among active profiles", async () => {
    const path = `/mailboxes/${own.id}`;
    const methods = { inbound: "none", outbound: "server-side", act: "none" };
    const updated = doubles.updated.length;
    for (const [name, value] of Object.entries({
      address: "x@example.org",
      name: "x",
      owner: { email: "x@example.org" },
      processFrom: "2026-01-01T00:00:00Z",
      allowToUseCredentials: false,
      deleteAfterProcessing: true,
    })) {
      const { status, body } = await console.send("PATCH", path, {
        token,
        body: { deliveryMethods: methods, [name]: value },
      });
      assert.equal(status, 403, name);
      assert.ok(String(body.detail).includes(name));
    }
    for (const profileId of ["pf_asleep01", "pf_notyours"])
      assert.equal((await console.send("PATCH", path, { token, body: { profileId } })).status, 404);
    const { items } = (await console.send("GET", "/profiles", { token })).body as { items: { id: string }[] };
    assert.deepEqual(
      items.map(({ id }) => id).filter((id) => /asleep|notyours/.test(id)),
      [],
    );
    assert.equal(doubles.updated.length, updated);
    assert.equal((await console.send("PATCH", path, { token, body: { deliveryMethods: methods } })).status, 200);
    assert.deepEqual(doubles.updated.at(-1)?.change, { deliveryMethods: methods });
  });

  it("lists their mailboxes, and no others", async () => {
    const ids = async (path: string, as: string) =>
      ((await console.send("GET", path, { token: as })).body.items as { id: string }[]).map(({ id }) => id);
    assert.deepEqual(await ids("/mailboxes", token), [own.id]);
    const two = await console.tokenFor("owner", { mailboxIds: [own.id, other.id] });
    assert.deepEqual(await ids("/mailboxes", two), [own.id, other.id]);
    const { status } = await console.send("GET", `/mailboxes?ids=${other.id}`, { token });
    assert.equal(status, 400, "which mailboxes are an owner's is not for the caller to say");
  });

  it("finds the mail of their mailboxes, and no other", async () => {
    const found = async (path: string, as = token) => {
      const { items, next } = (await console.send("GET", path, { token: as })).body;
      return { ids: (items as { id: string }[]).map(({ id }) => id), next: next as string | null };
    };
    const received = (mailbox: { id: string }) => `${mailbox.id}/1-1`;
    const [ownIds, otherIds] = [
      [received(own), "sn_own001"],
      [received(other), "sn_other01"],
    ];
    assert.deepEqual((await found("/mail")).ids, ownIds);
    assert.deepEqual((await found("/mail?from=kim@example.net")).ids, ownIds);
    assert.deepEqual((await found(`/mail?mailboxId=${own.id}`)).ids, ownIds);
    assert.deepEqual((await found(`/mail?mailboxId=${other.id}`)).ids, []);
    for (const id of ownIds)
      assert.equal((await console.send("GET", `/mail/${encodeURIComponent(id)}`, { token })).status, 200);
    for (const id of [...otherIds, "sn_nobody1", "mb_nobody1/1-1"]) {
      const { status, body } = await console.send("GET", `/mail/${encodeURIComponent(id)}`, { token });
      const noun = id.startsWith("sn_") ? "send" : "message";
      assert.deepEqual([status, body.detail], [404, `There is no ${noun} ${id}. It may have expired.`]);
    }
    const two = await console.tokenFor("owner", { mailboxIds: [own.id, other.id] });
    const all: string[] = [];
    for (let next: string | null = ""; next !== null; ) {
      const page: Awaited<ReturnType<typeof found>> = await found(`/mail?limit=1${next && `&cursor=${next}`}`, two);
      all.push(...page.ids);
      ({ next } = page);
    }
    assert.deepEqual(all, [...otherIds, ...ownIds], "the newest first, each once");
    const { next } = await found("/mail?limit=1", two);
    assert.equal((await console.send("GET", `/mail?cursor=${next}`, { token })).status, 400, "a list of their own");
  });

  it("sees the alerts of their mailboxes, and no others", async () => {
    const ids = async (path: string, as = token) =>
      ((await console.send("GET", path, { token: as })).body.items as { id: string }[]).map(({ id }) => id);
    assert.deepEqual(await ids("/alerts"), ["al_own001"]);
    assert.deepEqual(await ids(`/alerts?objectId=${own.id}`), ["al_own001"]);
    assert.deepEqual(await ids(`/alerts?objectId=${other.id}`), []);
    for (const alert of ["al_other01", "al_profile1", "al_nobody1"]) {
      const { status, body } = await console.send("GET", `/alerts/${alert}`, { token });
      assert.deepEqual([status, body.detail], [404, `There is no alert ${alert}.`]);
    }
    const two = await console.tokenFor("owner", { mailboxIds: [own.id, other.id] });
    assert.deepEqual(await ids("/alerts", two), ["al_other01", "al_own001"], "the latest first");
    assert.deepEqual(await ids("/alerts?limit=1", two), ["al_other01"]);
  });

  it("sees of the active profiles what is needed to choose", async () => {
    const { body } = await console.send("GET", "/profiles", { token });
    assert.deepEqual(body.items, [
      { id: "pf_gmail001", name: "Gmail", type: "gmail" },
      { id: "pf_sample01", name: "Sample", type: "other" },
    ]);
  });

  it("is refused from the moment his token ends", async () => {
    const ended = await console.tokenFor("owner", { mailboxIds: [own.id], expiresAt: Date.now() - 1 });
    const { status, body } = await console.send("GET", `/mailboxes/${own.id}`, { token: ended });
    assert.equal(status, 401);
    assert.match(String(body.detail), /expired/);
  });

  it("is cut off, with his token and his page, from the moment address or owner changes", async () => {
    const all = { token, body: {} };
    const tested = doubles.tested.length;
    assert.equal((await console.send("POST", `/mailboxes/${own.id}/test-and-enable`, all)).status, 202);
    assert.equal(doubles.tested.at(tested)?.owner, 1, "config decides with the number, too");
    const two = await console.tokenFor("owner", { mailboxIds: [own.id, other.id] });
    doubles.mailbox = { ...own, ownership: 2 };
    try {
      for (const mailbox of [own.id, own.address])
        for (const name of Object.keys(allowed).filter((path) => path.includes(":mailbox"))) {
          const { status, body } = await call(name, mailbox, allowed[name]);
          assert.deepEqual([status, body.code], [404, "NOT_FOUND"], name);
        }
      assert.equal((await console.send("GET", "/profiles", { token })).status, 401);
      assert.equal((await console.send("GET", "/alerts", { token })).status, 401);
      assert.equal((await console.send("GET", "/mailboxes", { token })).status, 401);
      assert.equal(
        (await console.send("GET", "/profiles", { token: two })).status,
        200,
        "the other one is still theirs",
      );
      const { body } = await console.send("GET", "/alerts", { token: two });
      assert.deepEqual(
        (body.items as { id: string }[]).map(({ id }) => id),
        ["al_other01"],
      );
      const made = await console.send("POST", "/tokens", { body: { name: "x", role: "owner", mailboxIds: [own.id] } });
      const fresh = String(made.body.token);
      assert.equal((await console.send("GET", `/mailboxes/${own.id}`, { token: fresh })).status, 200);
    } finally {
      doubles.mailbox = own;
    }
  });

  it("gets a token that names his mailboxes, in the future only", async () => {
    const body = { name: "sales", role: "owner", mailboxIds: [own.id], expiresAt: "2099-01-01T00:00:00Z" };
    const made = await console.send("POST", "/tokens", { body });
    assert.equal(made.status, 201);
    assert.equal(made.body.expiresAt, "2099-01-01T00:00:00.000Z");
    assert.equal((await console.send("GET", `/mailboxes/${own.id}`, { token: String(made.body.token) })).status, 200);
    for (const wrong of [
      { ...body, expiresAt: "2020-01-01T00:00:00Z" },
      { name: "x", role: "owner" },
      { ...body, role: "reader" },
    ])
      assert.equal((await console.send("POST", "/tokens", { body: wrong })).status, 400);
  });
});
