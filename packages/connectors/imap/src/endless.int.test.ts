import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { type TestContext, test } from "node:test";
import { createSizeCheck } from "@mailfleet/connector-api";
import { FailureError, failureOf } from "@mailfleet/contracts";
import { memoryOf } from "@mailfleet/local/testing";
import { classifyFailure } from "./classify-failure.ts";
import { endlessAnswers } from "./endless.cases.ts";
import { fetchSmall } from "./fetch-messages.ts";
import { createWire, type Wire } from "./wire.ts";

const MOST = 64 * 1024 * 1024;

/** A wire to a server that answers each command by `answer`. */
async function wireTo(
  t: TestContext,
  answer: (socket: Socket, line: string) => void,
  commandMs?: number,
): Promise<Wire> {
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.on("data", (data) => answer(socket, data.toString("latin1")));
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
  await once(socket, "connect");
  const wire = createWire(socket, 20_000, commandMs);
  t.after(() => {
    wire.destroy();
    server.close();
  });
  return wire;
}

/** Writes the same piece for ever, as fast as it is read. */
function endlessly(socket: Socket, piece: string | Buffer): void {
  const write = () => {
    while (!socket.destroyed && socket.write(piece));
  };
  socket.on("drain", write);
  write();
}

const codeOf = (error: unknown) => classifyFailure(error, { host: "x", port: 1, phase: "fetch" }).code;

for (const { what, ask, begin, piece } of endlessAnswers)
  test(`an answer without end stays under 64 MiB: ${what}`, async (t) => {
    const wire = await wireTo(t, (socket) => {
      socket.write(begin);
      endlessly(socket, piece);
    });
    const memory = await memoryOf(() => assert.rejects(ask(wire), (error) => codeOf(error) === "ANSWER_TOO_LARGE"));
    assert.ok(memory < MOST, `${memory} bytes`);
  });

test("a server that only says that it is still here is not waited for", async (t) => {
  const wire = await wireTo(
    t,
    (socket) => {
      const saying = setInterval(() => socket.write("* OK Still here\r\n"), 20);
      socket.on("close", () => clearInterval(saying));
    },
    300,
  );
  await assert.rejects(wire.search("ALL"), (error) => codeOf(error) === "CONNECTION_TIMEOUT");
  assert.equal(wire.alive(), false);
});

test("messages that were listed as small and are not are streamed, the others are held", async (t) => {
  const size = 20 * 1024 * 1024;
  const uids = [1, 2, 3, 4, 5, 6, 7, 8];
  const small = Buffer.from("Subject: a\r\n\r\nx");
  const wire = await wireTo(t, (socket, line) => {
    const [tag = "", , verb] = line.split(" ");
    const one = /FETCH (\d) \(UID BODY/.exec(line)?.[1];
    if (/SEARCH/i.test(verb ?? "")) socket.write(`* SEARCH ${uids.join(" ")}\r\n`);
    else if (one) socket.write(`* ${one} FETCH (UID ${one} BODY[]<0> {4}\r\nabcd)\r\n`);
    else
      for (const uid of uids) {
        const long = uid % 2 === 0;
        socket.write(`* ${uid} FETCH (UID ${uid} RFC822.SIZE ${long ? size : small.length} BODY[] `);
        socket.write(long ? `{${size}}\r\n` : `{${small.length}}\r\n`);
        for (let at = 0; long && at < size; at += 65_536) socket.write(Buffer.alloc(65_536, 97));
        if (!long) socket.write(small);
        socket.write(")\r\n");
      }
    socket.write(`${tag} OK done\r\n`);
  });
  const failure = (error: unknown) =>
    error instanceof FailureError ? error : new FailureError(failureOf("UNCLASSIFIED", { reply: String(error) }));
  const { found, refused, broke } = await fetchSmall({ wire, uidValidity: 1, sizes: createSizeCheck(), failure }, uids);
  assert.equal(broke, undefined);
  assert.equal(refused.length, 0);
  assert.deepEqual(
    found.map(({ message }) => message.raw instanceof Uint8Array),
    uids.map((uid) => uid % 2 === 1),
  );
});
