import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { after, test } from "node:test";
import { eventually } from "../engines/eventually.ts";
import { startTcpProxy } from "./tcp-proxy.ts";

/** Says back what it hears. */
const echo = createServer((socket) => {
  socket.on("error", () => {});
  socket.on("data", (piece) => socket.write(piece));
}).listen(0, "127.0.0.1");
await once(echo, "listening");
const { port } = echo.address() as AddressInfo;
after(() => echo.close());

async function client(to: number) {
  const socket: Socket = connect(to, "127.0.0.1");
  const heard = { text: "", closed: false };
  socket.on("data", (piece) => {
    heard.text += piece.toString();
  });
  socket.on("error", () => {});
  socket.on("close", () => {
    heard.closed = true;
  });
  // A cut link may be faster than the connection.
  await once(socket, "connect").catch(() => {});
  return { socket, heard };
}

test("a cut link resets connections, a silent one swallows without a word, a slow one is late", async (t) => {
  const proxy = await startTcpProxy({ port });
  t.after(() => proxy.stop());
  const first = await client(proxy.port);
  first.socket.write("one");
  await eventually(() => first.heard.text === "one");

  proxy.set("silent");
  first.socket.write("two");
  await new Promise((resolve) => setTimeout(resolve, 200));
  assert.deepEqual(first.heard, { text: "one", closed: false });
  proxy.set("open");
  await eventually(() => first.heard.closed, { what: "a connection that missed something ends with the silence" });

  const second = await client(proxy.port);
  proxy.set("slow");
  const began = performance.now();
  second.socket.write("three");
  await eventually(() => second.heard.text === "three");
  assert.ok(performance.now() - began > 250, "there and back");

  proxy.set("cut");
  await eventually(() => second.heard.closed);
  const third = await client(proxy.port);
  await eventually(() => third.heard.closed);
  proxy.set("open");
  const fourth = await client(proxy.port);
  fourth.socket.write("four");
  await eventually(() => fourth.heard.text === "four");
});

test("whom a client has left while the link was silent hears of it when the silence ends", async (t) => {
  const proxy = await startTcpProxy({ port });
  t.after(() => proxy.stop());
  const connections = () => new Promise<number>((resolve) => echo.getConnections((_, count) => resolve(count)));
  await eventually(async () => (await connections()) === 0);
  const left = await client(proxy.port);
  left.socket.write("one");
  await eventually(() => left.heard.text === "one");
  proxy.set("silent");
  left.socket.destroy();
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.equal(await connections(), 1);
  proxy.set("open");
  await eventually(async () => (await connections()) === 0);
});

test("addresses are replaced, also where they come in two pieces", async (t) => {
  const replace = new Map([["127.0.0.1:41111", "127.0.0.1:52222"]]);
  const proxy = await startTcpProxy({ port, replace });
  t.after(() => proxy.stop());
  const { socket, heard } = await client(proxy.port);
  socket.write("a 127.0.0.1:41111, b 127.0.0.1:4");
  await eventually(() => heard.text === "a 127.0.0.1:52222, b ");
  socket.write("1111.");
  await eventually(() => heard.text === "a 127.0.0.1:52222, b 127.0.0.1:52222.");
});

test("the last words of a server that ends a connection arrive", async (t) => {
  const words = Buffer.alloc(4_000_000, "last words ");
  const parting = createServer((socket) => {
    socket.on("error", () => {});
    socket.once("data", () => socket.end(words));
  }).listen(0, "127.0.0.1");
  await once(parting, "listening");
  const proxy = await startTcpProxy({ port: (parting.address() as AddressInfo).port });
  t.after(async () => {
    await proxy.stop();
    parting.close();
  });
  const { socket, heard } = await client(proxy.port);
  socket.pause();
  socket.write("go");
  // The server's side of the proxy has ended before anything is read here.
  await new Promise((resolve) => setTimeout(resolve, 200));
  socket.resume();
  await eventually(() => heard.closed);
  assert.equal(heard.text.length, words.length);
});
