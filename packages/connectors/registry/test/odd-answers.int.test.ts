import assert from "node:assert/strict";
import { createServer, type Socket } from "node:net";
import { after, describe, test } from "node:test";
import { type ConnectOptions, UncertainError } from "@mailfleet/connector-api";
import { FailureError, Secret } from "@mailfleet/contracts";
import { createGuardedFetch } from "@mailfleet/http";
import { createConnectors } from "../src/index.ts";
import { type OddAnswer, oddAnswers } from "./odd-answers.cases.ts";

const fetch = createGuardedFetch({ privateNetworks: ["127.0.0.0/8"] });
const { outbound } = createConnectors({ fetch });
const from = "fleet@example.org";
/** Larger than what a connection takes in one piece. */
const raw = Buffer.from(
  `From: ${from}\r\nTo: ada@example.org\r\nSubject: hello\r\n\r\n${"a line of text\r\n".repeat(20_000)}`,
);
const envelope = { from, to: ["ada@example.org"] };
after(() => fetch.close());

/** Answers each request when all of it is there. */
async function startServer({ answers, unread }: OddAnswer) {
  const sockets = new Set<Socket>();
  let requests = 0;
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    let head = "";
    let left = -1;
    socket.on("data", (data) => {
      if (unread) return socket.destroy();
      if (left < 0) {
        head += data.toString("latin1");
        const end = head.indexOf("\r\n\r\n");
        if (end < 0) return;
        left = Number(/^content-length: (\d+)/im.exec(head)?.[1] ?? 0) - (head.length - end - 4);
      } else left -= data.length;
      if (left > 0) return;
      const answer = answers[requests++];
      [head, left] = ["", -1];
      if (typeof answer === "string") socket.end(answer, "latin1");
      else socket.destroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return {
    port: typeof address === "object" && address ? address.port : 0,
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function submit(protocol: "gmail" | "graph", one: OddAnswer): Promise<string> {
  const server = await startServer(one);
  const options: ConnectOptions = {
    mailboxId: "mb_test",
    address: from,
    server: { host: "127.0.0.1", port: server.port, security: "tls", apiUrl: `http://127.0.0.1:${server.port}/` },
    credentials: { type: "token", username: from, accessToken: async () => new Secret("a-token-that-is-good") },
    allowedPorts: null,
    allowedNetworks: ["127.0.0.0/8"],
    connectionTimeoutMs: 5000,
  };
  const session = (await outbound.load(protocol))?.open(options, 1);
  try {
    await session?.submit(envelope, raw, AbortSignal.timeout(20_000));
    return "sent";
  } catch (error) {
    if (error instanceof UncertainError) return "uncertain";
    if (!(error instanceof FailureError)) throw error;
    const { kind, code, retryAfterMs } = error.failure;
    return `${kind} ${code}${retryAfterMs === undefined ? "" : ` (${retryAfterMs / 1000})`}`;
  } finally {
    await session?.close();
    await server.stop();
  }
}

for (const protocol of ["gmail", "graph"] as const)
  describe(`odd answers to a message by ${protocol}`, { concurrency: 4 }, () => {
    for (const one of oddAnswers)
      test(`${one.what}: ${one[protocol]}`, async () => assert.equal(await submit(protocol, one), one[protocol]));
  });
