import assert from "node:assert/strict";
import { createServer as createHttpServer, type ServerResponse } from "node:http";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { after, describe, test } from "node:test";
import type { ConnectOptions } from "@mailfleet/connector-api";
import { FailureError, Secret } from "@mailfleet/contracts";
import { createGuardedFetch } from "@mailfleet/http";
import { memoryOf } from "@mailfleet/local/testing";
import { createConnectors } from "../src/index.ts";
import { type Endless, endlessPages, endlessReplies } from "./endless.cases.ts";

const MOST = 64 * 1024 * 1024;
const fetch = createGuardedFetch({ privateNetworks: ["127.0.0.0/8"] });
const connectors = createConnectors({ fetch });
const running: Server[] = [];
after(async () => {
  for (const server of running) server.close();
  await fetch.close();
});

/** Writes without end, as fast as it is read. */
function pour(to: Socket | ServerResponse, { begin, again }: Endless): void {
  const piece = Buffer.from(again.repeat(Math.ceil(65_536 / again.length)));
  to.on("error", () => {});
  to.write(begin);
  const write = () => {
    while (!to.destroyed && to.write(piece));
  };
  to.on("drain", write);
  write();
}

async function listening(server: Server): Promise<number> {
  running.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

const optionsFor = (port: number): ConnectOptions => ({
  mailboxId: "mb_test",
  address: "a@example.org",
  server: { host: "127.0.0.1", port, security: "none", apiUrl: `http://127.0.0.1:${port}/` },
  credentials: { type: "token", username: "a@example.org", accessToken: async () => new Secret("a-token-of-ours") },
  allowedPorts: null,
  allowedNetworks: ["127.0.0.0/8"],
  connectionTimeoutMs: 20_000,
});

/** The work is refused with the code, and holds little memory. */
async function refuses(work: () => Promise<unknown>, code: Endless["code"]): Promise<void> {
  const memory = await memoryOf(() =>
    assert.rejects(work(), (error: unknown) => {
      assert.ok(error instanceof FailureError, String(error));
      assert.match(error.failure.code, code instanceof RegExp ? code : new RegExp(`^${code}$`));
      return true;
    }),
  );
  assert.ok(memory < MOST, `${memory} bytes`);
}

describe("what never ends stays under 64 MiB", { timeout: 120_000 }, () => {
  for (const endless of endlessReplies)
    test(`an SMTP server: ${endless.what}`, async () => {
      const port = await listening(
        createServer((socket) => {
          socket.on("error", () => {});
          if (endless.at === "greeting") return pour(socket, endless);
          socket.write("220 hello\r\n");
          socket.on("data", (chunk) => {
            const verb = chunk.toString("latin1").slice(0, 4).toUpperCase();
            if (verb === endless.at) pour(socket, endless);
            else socket.write("250 ok\r\n");
          });
        }),
      );
      const smtp = await connectors.outbound.load("smtp");
      const session = smtp?.open({ ...optionsFor(port), credentials: null }, 1);
      const envelope = { from: "a@example.org", to: ["b@example.org"] };
      const submit = () =>
        session?.submit(
          envelope,
          Buffer.from("Subject: x\r\n\r\nx\r\n"),
          AbortSignal.timeout(60_000),
        ) as Promise<unknown>;
      await refuses(submit, endless.code);
      await session?.close();
    });

  for (const endless of endlessPages)
    test(`${endless.protocol}: ${endless.what}`, async () => {
      const server = createHttpServer((request, response) => {
        request.resume();
        const type = endless.protocol === "ews" ? "text/xml; charset=utf-8" : "application/json";
        response.writeHead(200, { "content-type": type });
        pour(response, endless);
      });
      const port = await listening(server);
      const connector = await connectors.inbound.load(endless.protocol);
      const signal = AbortSignal.timeout(60_000);
      const list = async () => {
        const session = await connector?.open(optionsFor(port), signal);
        const options = { processFrom: null, batchSize: 50, signal, known: () => false };
        try {
          for await (const _ of session?.listNew(null, options) ?? []);
        } finally {
          await session?.close();
        }
      };
      await refuses(list, endless.code);
      server.closeAllConnections();
    });
});
