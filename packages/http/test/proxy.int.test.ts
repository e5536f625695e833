import assert from "node:assert/strict";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { createServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { after, before, beforeEach, describe, test } from "node:test";
import { FailureError, Secret } from "@mailfleet/contracts";
import { type HttpProxyDouble, makeCertificate, startHttpProxy } from "@mailfleet/local/doubles";
import { tempDir } from "@mailfleet/local/testing";
import { parseNetwork } from "@mailfleet/network";
import { guardedConnector } from "../src/guarded-connector.ts";
import { createGuardedFetch, readProxy } from "../src/index.ts";
import { goesDirect } from "../src/proxy.ts";

describe("an HTTP proxy", () => {
  let proxy: HttpProxyDouble;
  const sockets = new Set<Socket>();
  let origin = "";
  let certificate = "";
  let direct = 0;
  const stops: (() => Promise<void>)[] = [];
  let server: ReturnType<typeof createServer>;
  before(async () => {
    const made = await makeCertificate();
    certificate = made.certificate;
    server = createServer({ key: made.key, cert: made.certificate }, (_request, response) => response.end("hello"));
    server.on("connection", (socket: Socket) => {
      sockets.add(socket);
      direct += 1;
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    proxy = await startHttpProxy();
    origin = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(async () => {
    for (const stop of stops) await stop();
    await proxy?.stop();
    server?.close();
    for (const socket of sockets) socket.destroy();
  });
  beforeEach(() => {
    (proxy.asked as unknown[]).splice(0);
    proxy.answer = null;
    direct = 0;
  });

  const through = (more: { except?: string[]; credentials?: string; port?: number } = {}) => {
    const { except = [], credentials, port = proxy.port } = more;
    const fetch = createGuardedFetch({
      privateNetworks: ["127.0.0.0/8"],
      trustedCertificates: certificate,
      // Of a connection.
      timeoutMs: 500,
      proxy: {
        host: "127.0.0.1",
        port,
        credentials: credentials === undefined ? null : new Secret(credentials),
        except,
      },
    });
    stops.push(fetch.close);
    return fetch;
  };
  const failureOf = async (asking: Promise<unknown>) => {
    const error = await asking.then(
      () => assert.fail("it worked"),
      (thrown: unknown) => thrown,
    );
    assert.ok(error instanceof FailureError, String(error));
    return error.failure;
  };

  test("carries every connection, with its password, and TLS goes to the server itself", async () => {
    const fetch = through({ credentials: "fleet:s3cret" });
    assert.equal(await (await fetch(`${origin}/a`)).text(), "hello");
    const pieces = () => [Buffer.from("x")];
    assert.equal(await (await fetch(`${origin}/b`, { method: "POST", pieces })).text(), "hello");
    const authorization = `Basic ${Buffer.from("fleet:s3cret").toString("base64")}`;
    assert.ok(proxy.asked.length > 0);
    assert.equal(direct, proxy.asked.length);
    for (const one of proxy.asked) assert.deepEqual(one, { target: origin.slice(8), authorization });
  });

  test("is passed by for the hosts that are named, and only for them", async () => {
    await (await through({ except: ["127.0.0.0/8"] })(origin)).text();
    assert.deepEqual([proxy.asked.length, direct], [0, 1]);
    const cases: [string, string, boolean][] = [
      ["*", "a.example.org", true],
      ["example.org", "example.org", true],
      ["example.org", "mail.example.org", true],
      [".example.org", "Mail.Example.org.", true],
      ["*.example.org", "mail.example.org", true],
      ["example.org", "notexample.org", false],
      ["example.org:8443", "example.org", false],
      ["example.org:443", "example.org", true],
      ["10.0.0.0/8", "10.1.2.3", true],
      ["10.0.0.0/8", "11.1.2.3", false],
      ["10.0.0.0/8", "10.example.org", false],
      ["fd00::/8", "[fd12::1]", true],
      ["", "example.org", false],
    ];
    for (const [entry, host, expected] of cases)
      assert.equal(goesDirect({ except: entry ? [entry] : [] }, host, 443), expected, `${entry} ${host}`);
  });

  test("leads nowhere that is not allowed, and no certificate is taken that is not trusted", async () => {
    const strict = createGuardedFetch({ proxy: { host: "127.0.0.1", port: 1, credentials: null, except: [] } });
    stops.push(strict.close);
    for (const url of [origin, "https://localhost/", "https://169.254.169.254/", "https://[::1]/", "http://10.0.0.1/"])
      assert.equal((await failureOf(strict(url))).code, "ADDRESS_NOT_ALLOWED", url);
    assert.equal((await failureOf(through()(origin, { allowedPorts: [443] }))).code, "PORT_NOT_ALLOWED");
    assert.deepEqual([proxy.asked.length, direct], [0, 0]);
    const trusting = createGuardedFetch({
      privateNetworks: ["127.0.0.0/8"],
      proxy: { host: "127.0.0.1", port: proxy.port, credentials: null, except: [] },
    });
    stops.push(trusting.close);
    assert.equal((await failureOf(trusting(origin))).code, "TLS_CERTIFICATE_UNTRUSTED");
  });

  const refusals: [string, string, RegExp][] = [
    [
      "HTTP/1.1 407 Proxy Authentication Required\r\nX-Echo: Basic c2VjcmV0\r\n\r\nno",
      "PROXY_REFUSED",
      /^HTTP\/1.1 407 Proxy/,
    ],
    ["HTTP/1.1 403 Forbidden\r\n\r\n", "PROXY_REFUSED", /403/],
    ["HTTP/1.1 502 Bad Gateway\r\n\r\n", "PROXY_REFUSED", /502/],
    ["220 mail.example.org ESMTP\r\n\r\n", "PROXY_REFUSED", /220 mail/],
    [`HTTP/1.1 200 OK\r\n${"X: y\r\n".repeat(4000)}`, "PROXY_REFUSED", /200 OK/],
    ["", "PROXY_UNREACHABLE", /closed/],
    ["never", "PROXY_UNREACHABLE", /no answer within/],
  ];
  for (const [answer, code, reply] of refusals)
    test(`that says ${JSON.stringify(answer.slice(0, 12))} is named, and not the server`, async () => {
      proxy.answer = answer;
      const failure = await failureOf(through({ credentials: "fleet:s3cret" })(origin, { timeoutMs: 5000 }));
      assert.deepEqual([failure.code, failure.evidence?.host, failure.evidence?.port], [code, "127.0.0.1", proxy.port]);
      assert.match(failure.evidence?.reply ?? "", reply);
      assert.match(failure.evidence?.command ?? "", /^CONNECT 127\.0\.0\.1:\d+$/);
      assert.doesNotMatch(JSON.stringify(failure), /s3cret|c2VjcmV0|ZmxlZXQ/);
      assert.equal(direct, 0);
    });

  test("what TLS does not take behind it is told to who asked", async () => {
    const network = parseNetwork("127.0.0.0/8");
    assert.ok(network);
    const connect = guardedConnector({
      ...{ allowed: [network], certificates: undefined, timeoutMs: 500, secured: undefined },
      proxy: { host: "127.0.0.1", port: proxy.port, credentials: null, except: [] },
    });
    const { hostname, port } = new URL(origin);
    const wrong = { hostname, port, protocol: "https:", servername: 1 as unknown as string };
    const error = await new Promise((resolve) => connect(wrong, (...[thrown]) => resolve(thrown)));
    assert.match(String(error), /ERR_INVALID_ARG_TYPE/);
  });

  test("that is not there is named", async () => {
    const failure = await failureOf(through({ port: 1 })(origin));
    assert.deepEqual([failure.code, failure.evidence?.systemCode], ["PROXY_UNREACHABLE", "ECONNREFUSED"]);
  });

  test("is read from the environment, and what is wrong there is said without showing it", async (t) => {
    const folder = await tempDir("proxy");
    t.after(folder.remove);
    const file = `${folder.path}/credentials`;
    await writeFile(file, "fleet:s3cret\n");
    const nothing = { httpProxy: "", httpProxyCredentials: "", noProxy: "" };
    assert.equal(await readProxy(nothing), null);
    const read = await readProxy({
      httpProxy: "http://Proxy.test:3128",
      httpProxyCredentials: file,
      noProxy: "A.test, 10.0.0.0/8",
    });
    assert.deepEqual([read?.host, read?.port, read?.except], ["proxy.test", 3128, ["a.test", "10.0.0.0/8"]]);
    assert.equal(read?.credentials?.reveal(), "fleet:s3cret");
    for (const httpProxy of [
      "proxy:3128",
      "https://proxy.test",
      "http://proxy.test/path",
      "http://u:s3cret@proxy.test",
    ])
      await assert.rejects(readProxy({ ...nothing, httpProxy }), (error: Error) => {
        assert.match(error.message, /MAILFLEET_HTTP_PROXY/);
        assert.doesNotMatch(error.message, /s3cret/);
        return true;
      });
    await writeFile(file, "s3cret");
    await assert.rejects(
      readProxy({ ...nothing, httpProxy: "http://p.test", httpProxyCredentials: file }),
      /user:password/,
    );
  });
});
