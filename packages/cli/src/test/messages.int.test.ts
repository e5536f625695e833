import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { type ApiDouble, run, startApiDouble } from "./api-double.ts";

const message = {
  id: "mb_sales01/1.42",
  mailboxId: "mb_sales01",
  receivedAt: "2027-01-31T08:00:00.000Z",
  storedAt: "2027-01-31T08:00:01.000Z",
  size: 1234,
  sha256: "abc",
  messageId: "<m@example.org>",
  from: [{ name: "Ann", address: "ann@example.org" }],
  to: [{ name: null, address: "sales@example.org" }],
  cc: [],
  recipients: 1,
  subject: "Order",
  date: null,
  unparsed: null,
};

describe("received mail on the command line", () => {
  let api: ApiDouble;
  before(async () => {
    api = await startApiDouble();
    api.on("GET /mailboxes/sales%40example.org/messages", { body: { items: [message], next: null } });
    api.on("GET /messages/mb_sales01/1.42", { body: message });
    api.on("GET /messages/mb_sales01/1.42/body", {
      body: { text: "Two \u001b[31mboxes", html: null, attachments: [], unparsed: null },
    });
    api.on("GET /messages/mb_sales01/1.42/raw", (_, response) => void response.end("Subject: Order\r\n\r\nTwo boxes"));
    api.on("GET /mailboxes/sales%40example.org", { body: { id: "mb_sales01", profileId: "pf_sales01" } });
    api.on("POST /messages/republish", { body: { published: 3 } });
  });
  after(() => api?.stop());
  const mailfleet = (args: string) => run(api.url, args.split(" "));

  it("is listed for one mailbox, by its address", async () => {
    const { out, err } = await mailfleet("messages list sales@example.org --since 2027-01-31");
    assert.match(out, /^ID +RECEIVED +SIZE +FROM +SUBJECT +NOTE\nmb_sales01\/1\.42 +2027-01-31 08:00:00Z +1234/, err);
    assert.equal(api.seen.at(-1)?.query.get("since"), "2027-01-31T00:00:00.000Z");
    assert.equal((await mailfleet("messages list")).code, 2);
  });

  it("is counted before it is received: how much would come, and how much is too old", async () => {
    const found = { profileId: "pf_1", begunAt: "2027-01-31T08:00:00.000Z", endedAt: "2027-01-31T08:00:01.000Z" };
    const counts = { has: 1234, known: 0, fresh: 200, older: 1034, refused: 0, handedOver: 0, failure: null };
    api.on("POST /mailboxes/mb_sales01/messages/compare", { body: { begun: true } });
    api.on("GET /mailboxes/mb_sales01/messages/comparison", { body: { ...found, ...counts } });
    const { out, err } = await mailfleet("mailbox preview sales@example.org --process-from 2027-01-01");
    assert.equal(
      out,
      "1234 messages are in the inbox: 200 would be received, 1034 are older than 2027-01-01T00:00:00.000Z and would be left out.",
      err,
    );
    const asked = api.seen.find(({ path }) => path.endsWith("/compare"));
    assert.deepEqual(asked?.body, { profileId: "pf_sales01", processFrom: "2027-01-01T00:00:00.000Z" });
    assert.equal((await mailfleet("mailbox preview sales@example.org --process-from someday")).code, 2);
  });

  it("tells what a mail server could not deliver", async () => {
    const recipients = [{ address: "nobody@example.net", status: "5.1.1" }];
    const report = { ...message, undeliverable: { recipients, messageId: "<sent@example.org>" } };
    api.on("GET /mailboxes/reports%40example.org/messages", { body: { items: [message, report], next: null } });
    api.on("GET /messages/mb_sales01/1.43", { body: report });
    api.on("GET /messages/mb_sales01/1.43/body", { body: { text: "x", html: null, attachments: [], unparsed: null } });
    const { out } = await mailfleet("messages list reports@example.org");
    assert.match(out, /UNDELIVERABLE[^\n]*\n[^\n]*Order +- +-\n[^\n]*nobody@example\.net 5\.1\.1/);
    const shown = await mailfleet("messages show mb_sales01/1.43");
    assert.match(shown.out, /not delivered to +nobody@example\.net 5\.1\.1\n +message-id of it +<sent@example\.org>/);
  });

  it("is found with what was sent, page after page", async () => {
    const found = {
      ...message,
      at: message.storedAt,
      state: "received",
      from: "Ann <ann@example.org>",
      to: [],
      why: null,
    };
    api.on("GET /mail", ({ query }, response) => {
      const items = query.has("cursor") ? [{ ...found, id: "sn_found1", state: "failed", why: "550 no" }] : [];
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify({ items, next: query.has("cursor") ? null : "more" }));
    });
    const { out } = await mailfleet(
      "mail list --message-id <m@example.org> --mailbox sales@example.org --since 2027-01-31",
    );
    assert.match(
      out,
      /^ID +AT +STATE +FROM +TO +SUBJECT +WHY\nsn_found1 +2027-01-31 08:00:01Z +failed +Ann .* 550 no$/m,
    );
    const { query } = api.seen.at(-1) ?? {};
    const sent = ["messageId", "mailboxId", "since", "cursor"].map((name) => query?.get(name));
    assert.deepEqual(sent, ["<m@example.org>", "mb_sales01", "2027-01-31T00:00:00.000Z", "more"]);
  });

  it("is told what happened to it", async () => {
    const events = [
      { at: "2027-01-31T08:00:00.000Z", what: "accepted", words: "by ada" },
      { at: null, what: "announced", words: null },
    ];
    api.on("GET /mail/mb_sales01%2F1.42", {
      body: { id: message.id, at: message.storedAt, state: "sent", to: [], events },
    });
    const { out } = await mailfleet("mail show mb_sales01/1.42");
    assert.match(
      out,
      /state +sent\n[\s\S]*events +-?\n {2}accepted +2027-01-31 08:00:00Z {2}by ada\n {2}announced +-$/,
    );
  });

  it("is shown with its text, and given byte for byte", async () => {
    const { out } = await mailfleet("messages show mb_sales01/1.42");
    assert.match(out, /from +Ann <ann@example\.org>[\s\S]*\n\nTwo \[31mboxes/);
    assert.equal((await mailfleet("messages raw mb_sales01/1.42")).out, "Subject: Order\r\n\r\nTwo boxes");
    assert.equal((await mailfleet("messages raw mb_sales01")).code, 2);
  });

  it("is published again for one mailbox, which may be named by its address", async () => {
    const { out } = await mailfleet("messages republish --since 2027-01-31 --mailbox sales@example.org");
    assert.match(out, /published +3/);
    assert.deepEqual(api.seen.at(-1)?.body, { since: "2027-01-31T00:00:00.000Z", mailboxId: "mb_sales01" });
  });
});
