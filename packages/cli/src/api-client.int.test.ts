import assert from "node:assert/strict";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { after, beforeEach, describe, it } from "node:test";
import { ApiClient } from "./api-client.ts";
import { NotReachable } from "./api-error.ts";

/** What was asked, and how many of the next requests end without an answer. */
let asked: IncomingMessage[] = [];
let closing = 0;
const server = createServer((request, response) => {
  asked.push(request);
  request.resume().on("end", () => (closing-- > 0 ? request.socket.destroy() : response.end("{}")));
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
