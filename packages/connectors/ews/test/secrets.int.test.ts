import assert from "node:assert/strict";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, test } from "node:test";
import type { ConnectOptions } from "@mailfleet/connector-api";
import { Secret } from "@mailfleet/contracts";
import { ewsInbound } from "../src/index.ts";
import { fault } from "./scripted-exchange.ts";

const password = "correct horse/battery+staple";
const token = "eyJhbGciOiJub25lIn0.c2VjcmV0LXRva2Vu.x9";
const credentials = {
  password: { type: "password", username: "svc", password: new Secret(password) },
  token: { type: "token", username: "svc", accessToken: async () => new Secret(token) },
} as const;
/** Forms in which a server may repeat what it was sent. */
const forms = (secret: string, header: string) => [secret, encodeURIComponent(secret), header, JSON.stringify(secret)];

/** What the server says, around what it repeats. */
const answers: readonly [string, (response: ServerResponse, said: string) => void][] = [
  ["a page that refuses the sign-in", (response, said) => page(response, 401, said)],
  ["a proxy's page", (response, said) => page(response, 403, said)],
  ["a page where XML is expected", (response, said) => page(response, 200, said)],
  ["a fault", (response, said) => xml(response, 500, fault("ErrorAccessDenied", said))],
  ["a fault with a code of its own", (response, said) => xml(response, 500, fault(said.replace(/\W/g, ""), said))],
  ["XML that cannot be read", (response, said) => xml(response, 200, `<a>&${said};</a>`)],
];

function page(response: ServerResponse, status: number, said: string): void {
  response.writeHead(status, { "content-type": "text/html", "www-authenticate": 'Basic realm="x"' });
  response.end(`<html><b>You sent ${said}, which is wrong.</b></html>`);
}

function xml(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { "content-type": "text/xml; charset=utf-8" });
  response.end(body);
}

describe("what Exchange repeats of our secrets is in no evidence", () => {
  let port = 0;
  let play: (request: IncomingMessage, response: ServerResponse) => void = () => {};
  const server = createServer((request, response) => {
    request.resume();
    request.once("end", () => play(request, response));
  });
  before(async () => {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    port = (server.address() as AddressInfo).port;
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });

  const options = (kind: keyof typeof credentials, autodiscover: boolean): ConnectOptions => ({
    // Another account each time: a refused password is not tried again for a while.
    ...{ mailboxId: "mb_test", address: `a${Math.random()}@example.org` },
    server: {
      ...{ host: "127.0.0.1", port, security: "none", autodiscover },
      authentication: kind === "token" ? "oauth" : "basic",
    },
    credentials: kind === "token" ? credentials.token : { ...credentials.password, username: `svc${Math.random()}` },
    allowedPorts: null,
    allowedNetworks: ["127.0.0.0/8"],
    connectionTimeoutMs: 5000,
  });

  for (const [what, answer] of answers)
    for (const kind of ["password", "token"] as const)
      for (const autodiscover of [false, true])
        test(`${what}, ${kind}${autodiscover ? ", when it is located" : ""}`, async () => {
          const secret = kind === "token" ? token : password;
          for (const nth of [0, 1, 2, 3]) {
            play = (request, response) => {
              const header = (request.headers.authorization ?? "").replace(/^\w+ /, "");
              answer(response, forms(secret, header || secret)[nth] as string);
            };
            const report = await ewsInbound.test(options(kind, autodiscover), () => {}, AbortSignal.timeout(5000));
            assert.ok(report.failure, "it was not refused");
            const told = JSON.stringify(report);
            for (const form of [...forms(secret, secret), Buffer.from(secret).toString("base64").slice(4, -4)])
              assert.ok(!told.includes(form.replace(/^"|"$/g, "")), told);
          }
        });
});
