import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { type TestContext, test } from "node:test";
import { memoryOf } from "@mailfleet/local/testing";
import { untold } from "./capabilities.ts";
import { classifyFailure } from "./classify-failure.ts";
import { endlessListings } from "./endless.cases.ts";
import { createInStep } from "./in-step.ts";
import { listMessages } from "./list-messages.ts";
import { createHeaderReader } from "./look-at-headers.ts";
import { createWire, type Wire } from "./wire.ts";

const MOST = 64 * 1024 * 1024;

async function wireTo(t: TestContext, answer: (socket: Socket) => void, commandMs?: number): Promise<Wire> {
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.on("data", () => answer(socket));
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
  await once(socket, "connect");
  const wire = createWire(socket, 20_000, commandMs);
  t.after(() => {
    wire.end();
    server.close();
  });
  return wire;
}

const codeOf = (error: unknown) => classifyFailure(error, { host: "x", port: 1, phase: "transaction" }).code;

for (const { what, begin, line, code } of endlessListings)
  test(`a listing without end stays under 64 MiB: ${what}`, async (t) => {
    const wire = await wireTo(t, (socket) => {
      const piece = Buffer.from(line.repeat(Math.ceil(65_536 / line.length)));
      const write = () => {
        while (!socket.destroyed && socket.write(piece));
      };
      socket.write(begin);
      socket.on("drain", write);
      write();
    });
    const memory = await memoryOf(() =>
      assert.rejects(
        listMessages(wire, Promise.resolve(untold), createHeaderReader(wire, createInStep(wire)), createInStep(wire)),
        (error) => {
          assert.equal(codeOf(error), code);
          return true;
        },
      ),
    );
    assert.ok(memory < MOST, `${memory} bytes`);
  });

test("an answer that drips for ever is not waited for", async (t) => {
  const wire = await wireTo(
    t,
    (socket) => {
      socket.write("+OK here they are\r\n");
      const dripping = setInterval(() => socket.write("1 1\r\n"), 20);
      socket.on("close", () => clearInterval(dripping));
    },
    300,
  );
  await assert.rejects(
    listMessages(wire, Promise.resolve(untold), createHeaderReader(wire, createInStep(wire)), createInStep(wire)),
    (error) => codeOf(error) === "CONNECTION_TIMEOUT",
  );
});
