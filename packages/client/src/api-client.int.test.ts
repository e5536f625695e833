import assert from "node:assert/strict";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { after, beforeEach, describe, it } from "node:test";
import { ApiClient } from "./api-client.ts";
import { ApiError, NotReachable } from "./api-error.ts";

/** What was asked, and how many of the next requests end without an answer. */
let asked: IncomingMessage[] = [];
let closing = 0;
/** What the next ones are answered; `{}` after that. */
const answers: { status?: number; body: unknown }[] = [];
const server = createServer((request, response) => {
  asked.push(request);
  request.resume().on("end", () => {
    if (closing-- > 0) return request.socket.destroy();
    const { status = 200, body } = answers.shift() ?? { body: {} };
    return response.writeHead(status).end(JSON.stringify(body));
  });
});
await new Promise<void>((done) => void server.listen(0, "127.0.0.1", done));
after(() => {
  server.close();
  server.closeAllConnections();
});
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const client = new ApiClient({ url, token: "t" });
const keys = () => asked.map(({ headers }) => headers["idempotency-key"]);

describe("a connection that the server closes", () => {
  beforeEach(async () => {
    closing = 0;
    await client.get("/mailboxes");
    asked = [];
    closing = 1;
  });

  it("costs one more request, and nobody hears of it", async () => {
    assert.deepEqual(await client.get("/mailboxes"), {});
    assert.equal(asked.length, 2);
  });

  it("repeats a command with its key, so that it is done once", async () => {
    assert.deepEqual(await client.post("/mailboxes", { address: "a@example.org" }), {});
    const [first, second, ...more] = keys();
    assert.ok(first);
    assert.deepEqual([second, more], [first, []]);
  });

  it("is told if it happens twice", async () => {
    closing = 2;
    await assert.rejects(client.get("/mailboxes"), NotReachable);
    assert.equal(asked.length, 2);
  });
});

describe("an operation that is called by its name", () => {
  beforeEach(() => {
    asked = [];
  });

  it("goes to its address, with a key of its own and the version that is given", async () => {
    const path = { mailbox: "a/b@example.org" };
    await client.ask("POST /mailboxes/{mailbox}/reject", { path, body: { reason: "not ours" }, ifVersion: 7 });
    const [request] = asked;
    assert.deepEqual([request?.method, request?.url], ["POST", "/api/v1/mailboxes/a%2Fb%40example.org/reject"]);
    assert.match(String(request?.headers["idempotency-key"]), /^[\w-]{36}$/);
    assert.equal(request?.headers["if-match"], '"7"');
  });

  it("is refused with what the API says", async () => {
    const problem = { code: "STALE_VERSION", detail: "It has version 8.", remedy: "Read it again." };
    answers.push({ status: 412, body: problem });
    const refusal = await client.ask("PATCH /settings", { body: {} }).catch((error: unknown) => error);
    assert.ok(refusal instanceof ApiError);
    assert.deepEqual([refusal.status, refusal.problem], [412, problem]);
  });

  it("gives every item of a list, page after page, and asks for no page before its turn", async () => {
    const page = (id: string, next: string | null) => ({ body: { items: [{ id }, { id: `${id}+` }], next } });
    answers.push(page("a", "second"), page("b", null));
    const seen: string[] = [];
    for await (const { id } of client.each("GET /mailboxes", { query: { lifecycle: "disabled", limit: 2 } })) {
      seen.push(id);
      assert.equal(asked.length, id.startsWith("a") ? 1 : 2);
    }
    assert.deepEqual(seen, ["a", "a+", "b", "b+"]);
    assert.deepEqual(
      asked.map(({ url: to }) => to),
      ["lifecycle=disabled&limit=2", "lifecycle=disabled&limit=2&cursor=second"].map(
        (query) => `/api/v1/mailboxes?${query}`,
      ),
    );
  });

  it("does not compile with what the API does not take", () => {
    const never = (_: () => unknown) => {};
    // @ts-expect-error there is no such operation
    never(() => client.ask("GET /mail-boxes"));
    // @ts-expect-error the path needs a mailbox
    never(() => client.ask("GET /mailboxes/{mailbox}"));
    // @ts-expect-error a rejection needs a reason
    never(() => client.ask("POST /mailboxes/{mailbox}/reject", { path: { mailbox: "a" }, body: {} }));
    // @ts-expect-error there is no such state
    never(() => client.ask("GET /mailboxes", { query: { lifecycle: "asleep" } }));
    // @ts-expect-error it is no list
    never(() => client.each("GET /settings"));
    // @ts-expect-error a mailbox has no colour
    never(async () => (await client.ask("GET /mailboxes/{mailbox}", { path: { mailbox: "a" } })).colour);
  });
});
