import assert from "node:assert/strict";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { describe, type TestContext, test } from "node:test";
import { openSocket, secureSocket } from "./sockets.ts";

async function serve(t: TestContext, take: (socket: Socket) => void): Promise<number> {
  const server: Server = createServer((socket) => {
    socket.on("error", () => {});
    take(socket);
  });
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

const here = { address: "127.0.0.1", family: 4 };
const never = new AbortController().signal;

describe("a connection", () => {
  test("goes to the first of several addresses that answers, and asks no name service", async (t) => {
    const port = await serve(t, () => {});
    const socket = await openSocket(port, [{ address: "::1", family: 6 }, here], never);
    assert.equal(socket.remoteAddress, "127.0.0.1");
    socket.destroy();
  });

  test("that is refused says so in the system's code", async (t) => {
    const port = await serve(t, () => {});
    const taken = await openSocket(port, [here], never);
    taken.destroy();
    await assert.rejects(openSocket(1, [here], never), { code: "ECONNREFUSED" });
  });

  test("is given up when the caller has enough, even before it begins", async (t) => {
    const port = await serve(t, () => {});
    const enough = new AbortController();
    enough.abort(new Error("enough"));
    await assert.rejects(openSocket(port, [here], enough.signal), /enough/);
  });
});

describe("a handshake", () => {
  test("with a server that hangs up fails, and what comes late harms nobody", async (t) => {
    const port = await serve(t, (socket) => socket.once("data", () => socket.resetAndDestroy()));
    const socket = await openSocket(port, [here], never);
    await assert.rejects(secureSocket(socket, { host: "mail.test" }, never), /ECONNRESET|EPROTO|closed/);
    socket.emit("error", new Error("late"));
  });

  test("with a server that says nothing ends with the caller's patience", async (t) => {
    const port = await serve(t, () => {});
    const socket = await openSocket(port, [here], never);
    const enough = new AbortController();
    const secured = secureSocket(socket, { host: "mail.test" }, enough.signal);
    enough.abort(new Error("enough"));
    await assert.rejects(secured, /enough/);
    assert.ok(socket.destroyed);
  });
});
