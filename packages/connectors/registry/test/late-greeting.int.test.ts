import assert from "node:assert/strict";
import { createServer, type Socket } from "node:net";
import { after, describe, test } from "node:test";
import { Secret } from "@mailfleet/contracts";
import { createGuardedFetch } from "@mailfleet/http";
import { createConnectors } from "../src/index.ts";

/** As long as servers let clients wait that they take for senders of spam, or that look their names up. */
const LATE_MS = 30_000;
const fetch = createGuardedFetch({});
const { inbound } = createConnectors({ fetch });
after(() => fetch.close());

const servers = {
  imap: {
    greeting: "* OK late\r\n",
    answer: (line: string) => {
      const [tag, verb = ""] = line.split(" ");
      const before: Readonly<Record<string, string>> = {
        CAPABILITY: "* CAPABILITY IMAP4rev1\r\n",
        EXAMINE: "* 0 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n* OK [UIDNEXT 1] x\r\n",
      };
      return `${before[verb.toUpperCase()] ?? ""}${tag} OK done\r\n`;
    },
  },
  pop3: {
    greeting: "+OK late\r\n",
    answer: (line: string) => (/^(CAPA|UIDL|LIST)$/i.test(line) ? "+OK\r\n.\r\n" : "+OK 0 0\r\n"),
  },
} as const;

describe("a server that greets after half a minute", { concurrency: 2 }, () => {
  for (const protocol of ["imap", "pop3"] as const)
    test(`is waited for by ${protocol}`, { timeout: 90_000 }, async (t) => {
      const { greeting, answer } = servers[protocol];
      const sockets = new Set<Socket>();
      const server = createServer((socket) => {
        sockets.add(socket);
        socket.on("error", () => {});
        const late = setTimeout(() => socket.write(greeting), LATE_MS);
        socket.on("close", () => clearTimeout(late));
        socket.on("data", (data) => {
          for (const line of data.toString().split("\r\n")) if (line) socket.write(answer(line));
        });
      });
      t.after(() => {
        for (const socket of sockets) socket.destroy();
        server.close();
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      const address = server.address();
      const port = typeof address === "object" && address ? address.port : 0;
      const connector = await inbound.load(protocol);
      const report = await connector?.test(
        {
          mailboxId: "mb_test",
          address: "user@example.test",
          server: { host: "127.0.0.1", port, security: "none" },
          credentials: { type: "password", username: "user", password: new Secret("pa55word") },
          allowedPorts: null,
          allowedNetworks: ["127.0.0.0/8"],
          connectionTimeoutMs: 60_000,
        },
        () => {},
        AbortSignal.timeout(80_000),
      );
      assert.equal(report?.failure ?? null, null);
    });
});
