import assert from "node:assert/strict";
import { type AddressInfo, connect } from "node:net";
import { after, before, test } from "node:test";
import { eventually, liveBytes } from "@mailfleet/local/testing";
import fastify from "fastify";
import { sendContent } from "./content-route.ts";

const MOST = 64 * 1024 * 1024;
const MESSAGE = 8 * 1024 * 1024;
const READERS = 60;
const app = fastify();
/** Pieces that the store was asked for. */
let asked = 0;

before(async () => {
  const stored = Buffer.alloc(MESSAGE, "x");
  app.get<{ Params: { token: string } }>("/:token", (request, reply) => {
    const gone = new AbortController();
    request.raw.once("close", () => reply.raw.writableFinished || gone.abort(new Error("gone")));
    const caller = { tokenId: request.params.token } as Parameters<typeof sendContent>[0]["caller"];
    const read = async ({ offset, length }: { offset: number; length: number }) => {
      asked += 1;
      return { dataBase64: stored.subarray(offset, offset + length).toString("base64"), total: MESSAGE };
    };
    return sendContent({ signal: gone.signal, caller }, reply, { type: "message/rfc822", name: "m", read });
  });
  await app.listen({ port: 0, host: "127.0.0.1" });
});
after(() => app.close());

test("sixty downloads of one large message, first by readers who do not read, stay under 64 MiB", async () => {
  const { port } = app.server.address() as AddressInfo;
  let received = 0;
  const sockets = Array.from({ length: READERS }, (_, at) => {
    const socket = connect(port, "127.0.0.1");
    socket.on("error", () => {});
    socket.write(`GET /t${at % 10} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`);
    return socket;
  });
  const before = liveBytes().all;
  // Nobody reads: what is asked of the store comes to a standstill.
  let last = -1;
  await eventually(async () => {
    const same = asked > 0 && asked === last;
    last = asked;
    await new Promise((resolve) => setTimeout(resolve, 100));
    return same;
  });
  const standing = liveBytes().all - before;
  assert.ok(asked < (READERS * MESSAGE) / 262_144, "they are not read to their end ahead of their readers");
  for (const socket of sockets)
    socket.on("data", (chunk) => {
      received += chunk.length;
    });
  await eventually(() => received >= READERS * MESSAGE, { timeoutMs: 60_000 });
  for (const socket of sockets) socket.destroy();
  assert.ok(standing < MOST, `${standing} bytes`);
});
