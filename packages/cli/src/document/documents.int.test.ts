import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { type ApiDouble, run, startApiDouble } from "../test/api-double.ts";

const profile = {
  id: "pf_main01",
  v: 3,
  name: "Head office",
  type: "other",
  inbound: { protocol: "imap", host: "imap.example.org", port: 993, security: "tls" },
  minimumPollingIntervalMinutes: 5,
  inboundCredentials: { username: "fleet", setAt: "2027-01-31T08:00:00.000Z" },
  active: true,
  mailboxes: 1,
};
const sales = {
  id: "mb_sales01",
  v: 7,
  address: "sales@example.org",
  kind: "queue",
  profileId: "pf_main01",
  processFrom: "2027-05-31T00:00:00.000Z",
  lifecycle: "enabled.running",
};
const document = (kind: string, name: string, fields: object, version?: number) =>
  JSON.stringify({ kind, name, ...(version === undefined ? {} : { version }), fields });

describe("files of profiles, mailboxes and settings", () => {
  let api: ApiDouble;
  before(async () => {
    api = await startApiDouble();
    api.on("GET /profiles", { body: { items: [profile], next: null } });
    api.on("GET /mailboxes", { body: { items: [sales], next: null } });
    api.on("GET /mailboxes/sales%40example.org", { body: sales });
    api.on("PATCH /profiles/pf_main01", { body: { ...profile, v: 4 } });
    api.on("POST /profiles", { status: 201, body: { ...profile, id: "pf_new01" } });
    api.on("POST /mailboxes", { status: 201, body: { ...sales, id: "mb_new01" } });
  });
  after(() => api?.stop());
  const mailfleet = (args: string, input = "") => run(api.url, args.split(" "), { input });
  const writes = (from: number) => api.seen.slice(from).filter(({ method }) => method !== "GET");

  it("hold what people set, with names in place of ids and without secrets, and change nothing if applied again", async () => {
    const { out, code, err } = await mailfleet("export profile mailbox/sales@example.org");
    assert.equal(code, 0, err);
    assert.match(out, /^---\n# Not in this file: inboundCredentials\.\nkind: profile\nname: Head office\nversion: 3\n/);
    assert.match(out, /\nkind: mailbox\nname: sales@example\.org\nversion: 7\n[\s\S]* {2}profile: Head office\n/);
    assert.doesNotMatch(out, /fleet|lifecycle|pf_main01/);
    const seen = api.seen.length;
    const again = await mailfleet("apply -f -", out);
    assert.deepEqual(
      [again.code, again.out],
      [0, "profile Head office: unchanged\nmailbox sales@example.org: unchanged"],
    );
    assert.deepEqual(writes(seen), []);
    assert.equal((await mailfleet("export profile/Elsewhere")).code, 1);
  });

  it("change only what differs of the version that was read, and say it first with diff", async () => {
    const file = document("profile", "Head office", { minimumPollingIntervalMinutes: 9, inbound: { port: 143 } }, 3);
    const differs = "  minimumPollingIntervalMinutes: 5 → 9\n  inbound.port: 993 → 143";
    const seen = api.seen.length;
    const diff = await mailfleet("diff -f -", file);
    assert.deepEqual([diff.code, diff.out], [1, `profile Head office: would change\n${differs}`]);
    assert.deepEqual(
      writes(seen).map(({ query }) => query.get("dryRun")),
      ["true"],
    );
    const { code, out } = await mailfleet("apply -f -", file);
    assert.deepEqual([code, out], [0, `profile Head office: changed\n${differs}`]);
    assert.deepEqual(api.seen.at(-1)?.body, {
      minimumPollingIntervalMinutes: 9,
      inbound: { ...profile.inbound, port: 143 },
    });
    assert.equal(api.seen.at(-1)?.headers["if-match"], '"3"');
  });

  it("make profiles before the mailboxes that name them", async () => {
    const lines = [
      document("mailbox", "new@example.org", { profile: "New", kind: "queue", processFrom: "2027-05-31" }),
      document("profile", "New", { inbound: { protocol: "imap" } }),
    ];
    const seen = api.seen.length;
    const dry = await mailfleet("apply --dry-run -f -", lines.join("\n---\n"));
    assert.match(dry.out, /^profile New: would be created\n[\s\S]*\nmailbox new@example\.org: would be created\n/);
    assert.deepEqual(
      writes(seen).map(({ path }) => path),
      ["/profiles"],
      "a mailbox of a profile to come cannot be tried",
    );
    api.on("POST /profiles", (_, response) => {
      api.on("GET /profiles", { body: { items: [profile, { ...profile, id: "pf_new01", name: "New" }], next: null } });
      response.writeHead(201, { "content-type": "application/json" });
      response.end(JSON.stringify({ ...profile, id: "pf_new01" }));
    });
    assert.equal((await mailfleet("apply -f -", lines.join("\n---\n"))).code, 0);
    assert.deepEqual(api.seen.at(-1)?.body, {
      address: "new@example.org",
      profileId: "pf_new01",
      kind: "queue",
      processFrom: "2027-05-31T00:00:00.000Z",
    });
  });

  it("are refused where they are stale, would change what is fixed, or hold what has no place in them", async () => {
    const seen = api.seen.length;
    for (const [file, code, words] of [
      [document("profile", "Head office", { watch: false }, 2), 1, /changed since version 2, and has version 3 now/],
      [
        document("mailbox", "sales@example.org", { kind: "user" }),
        1,
        /kind is fixed when a mailbox is made, and is queue/,
      ],
      [document("profile", "Head office", { inboundCredentials: {} }), 2, /inboundCredentials is a secret/],
      [document("prophile", "x", {}), 2, /document 1: kind must be profile, settings/],
      [document("settings", "x", {}), 2, /has no name/],
      [`${document("profile", "a", {})}\n---\n${document("profile", "a", {})}`, 2, /describes profile a twice/],
      ["kind: [", 2, /not valid YAML/],
    ] as const) {
      const { code: ended, out, err } = await mailfleet("apply -f -", file);
      assert.equal(ended, code, file);
      assert.match(`${out}${err}`, words);
    }
    assert.deepEqual(writes(seen), []);
    api.on("PATCH /profiles/pf_main01", {
      status: 400,
      body: { code: "INVALID", detail: "x", errors: [{ pointer: "/inbound/port", reason: "must be 1 to 65535" }] },
    });
    const { out } = await mailfleet("apply -f -", document("profile", "Head office", { inbound: { port: 0 } }));
    assert.match(out, /refused\n.*fields\.inbound\.port must be 1 to 65535/);
  });
});
