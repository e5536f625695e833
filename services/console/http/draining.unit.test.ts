import assert from "node:assert/strict";
import { once } from "node:events";
import { Agent, get, type IncomingMessage } from "node:http";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import type { Logger } from "@mailfleet/contracts";
import { type ConsoleApp, startConsole } from "./console-app.ts";

/** Asks for what needs no service behind the console. */
const path = "/api/v1/openapi.json";

const silent = () => {};
const logger: Logger = { debug: silent, info: silent, warn: silent, error: silent, child: () => logger };

const started = (drainMs: number): Promise<ConsoleApp> =>
  startConsole({ logger, isOutage: () => false, now: Date.now } as never, { host: "127.0.0.1", port: 0, drainMs });

async function ask(app: ConsoleApp, agent: Agent) {
  const [response] = (await once(get(`${app.url}${path}`, { agent }), "response")) as [IncomingMessage];
  await text(response);
  return { status: response.statusCode, connection: response.headers.connection };
}

test("a console that stops answers what comes over kept and over new connections, and ends them", async (t) => {
  const app = await started(400);
  const agents = Array.from({ length: 3 }, () => new Agent({ keepAlive: true, maxSockets: 1 }));
  t.after(() => {
    for (const agent of agents) agent.destroy();
  });
  const [kept, idle, fresh] = agents as [Agent, Agent, Agent];
  for (const agent of [kept, idle]) assert.deepEqual(await ask(app, agent), { status: 200, connection: "keep-alive" });
  const stopped = app.stop();
  // A moment in which connections that are closed at once would be closed.
  await new Promise((resolve) => setTimeout(resolve, 50));
  for (const agent of [kept, fresh, kept])
    assert.deepEqual(await ask(app, agent), { status: 200, connection: "close" });
  await stopped;
  await assert.rejects(ask(app, fresh), { code: "ECONNREFUSED" });
});

test("a request that has begun is answered after the console has begun to close", async () => {
  const app = await started(0);
  const socket = connect(app.port, "127.0.0.1");
  socket.write(`GET ${path} HTTP/1.1\r\nhost: x\r\n`);
  // Taken up by the server: it has answered somebody who came later.
  await ask(app, new Agent());
  const stopped = app.stop();
  await new Promise((resolve) => setTimeout(resolve, 50));
  socket.write("\r\n");
  const answer = await text(socket);
  assert.match(answer, /^HTTP\/1\.1 200 /);
  assert.match(answer, /\r\nconnection: close\r\n/i);
  await stopped;
});
