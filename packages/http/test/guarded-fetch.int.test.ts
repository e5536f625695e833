import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from "node:net";
import { after, before, describe, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { inspect } from "node:util";
import { gzipSync } from "node:zlib";
import { FailureError } from "@mailfleet/contracts";
import { makeCertificate } from "@mailfleet/local/doubles";
import { createGuardedFetch } from "../src/index.ts";

const megabyte = 1024 * 1024;
const loopback = { privateNetworks: ["127.0.0.0/8", "::1/128"] };
const fetch = createGuardedFetch({ ...loopback, timeoutMs: 5000, maximumBytes: megabyte });
const servers: Server[] = [];
const sockets = new Set<Socket>();
let sent = 0;

async function listen(server: Server): Promise<number> {
  servers.push(server);
  server.on("connection", (socket: Socket) => sockets.add(socket));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

async function bytesOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** What the hostile server does, by path. */
const paths: Readonly<Record<string, RequestListener>> = {
  "/echo": async (request, response) => {
    const body = await bytesOf(request);
    const { method, headers } = request;
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ method, headers, length: body.length }));
  },
  "/huge": (_request, response) => {
    const block = Buffer.alloc(64 * 1024, "x");
    const more = () => {
      while (sent < 200 * megabyte) {
        sent += block.length;
        if (!response.write(block)) return void response.once("drain", more);
      }
      response.end();
    };
    more();
  },
  "/declared": (_request, response) => void response.writeHead(200, { "content-length": 2 * megabyte }).end(),
  "/bomb": (_request, response) => {
    response.setHeader("content-encoding", "gzip");
    response.end(gzipSync(Buffer.alloc(50 * megabyte)));
  },
  "/gzip": (_request, response) => {
    response.setHeader("content-encoding", "gzip");
    response.end(gzipSync("hello"));
  },
  "/broken-gzip": (_request, response) => {
    response.setHeader("content-encoding", "gzip");
    response.end(Buffer.from("this is no gzip"));
  },
  "/redirect": (_request, response) =>
    void response.writeHead(302, { location: "http://169.254.169.254/latest?token=x" }).end(),
  "/drip": (_request, response) => {
    const timer = setInterval(() => response.write("."), 20);
    response.on("close", () => clearInterval(timer));
  },
  "/silent": () => undefined,
  "/silent-body": (_request, response) => void response.write("half"),
  "/cut": (_request, response) => void response.write("half", () => response.destroy()),
  "/short": (_request, response) => {
    response.writeHead(200, { "content-length": 100 });
    response.write("half", () => response.destroy());
  },
  "/reset": (request) => void request.socket.resetAndDestroy(),
  "/headers": (_request, response) => void response.writeHead(200, { "x-long": "x".repeat(100_000) }).end(),
  "/nothing": (_request, response) => void response.writeHead(204).end(),
};

let base = "";
let port = 0;
before(async () => {
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? "/", "http://x").pathname;
    (paths[path] ?? paths["/echo"])?.(request, response);
  });
  port = await listen(server);
  base = `http://127.0.0.1:${port}`;
});
after(async () => {
  await fetch.close();
  for (const server of servers) server.close();
  for (const socket of sockets) socket.destroy();
});

/** The failure of a request, reading included. */
async function failureOf(url: string, init: Parameters<typeof fetch>[1] = {}, using = fetch) {
  const error = await using(url, init)
    .then((response) => response.arrayBuffer())
    .then(
      () => assert.fail(`${url} worked`),
      (thrown: unknown) => thrown,
    );
  assert.ok(error instanceof FailureError, inspect(error));
  return error.failure;
}
const codeOf = async (...args: Parameters<typeof failureOf>) => (await failureOf(...args)).code;

describe("where a request may go", () => {
  const strict = createGuardedFetch({ timeoutMs: 2000 });
  after(() => strict.close());

  for (const host of [
    ...["127.0.0.1", "localhost", "2130706433", "0x7f.1", "017700000001", "127.1", "127.0.0.1."],
    ...["[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[64:ff9b::7f00:1]", "0.0.0.0", "[::]"],
  ])
    test(`not to ${host}, unless the installation allows it`, async () => {
      assert.equal(await codeOf(`http://${host}:${port}/echo`, {}, strict), "ADDRESS_NOT_ALLOWED");
    });

  for (const host of ["169.254.169.254", "[fe80::1]", "[::ffff:a9fe:a9fe]", "100.100.100.200", "0.0.0.0", "224.0.0.1"])
    test(`never to ${host}`, async () => {
      assert.equal(await codeOf(`http://${host}/latest/meta-data`), "ADDRESS_NOT_ALLOWED");
      assert.equal(await codeOf(`https://${host}/latest/meta-data`), "ADDRESS_NOT_ALLOWED");
    });

  test("to allowed networks, by name and by address, however it is written", async () => {
    for (const host of ["127.0.0.1", "localhost", "2130706433"])
      assert.equal((await fetch(`http://${host}:${port}/echo`)).status, 200);
  });

  test("not by plain HTTP to the public Internet", async () => {
    const { code, evidence } = await failureOf("http://8.8.8.8/");
    assert.equal(code, "ADDRESS_NOT_ALLOWED");
    assert.match(evidence?.reply ?? "", /plain HTTP/);
  });

  test("to allowed ports only", async () => {
    assert.equal(await codeOf(`${base}/echo`, { allowedPorts: [443] }), "PORT_NOT_ALLOWED");
    assert.equal((await fetch(`${base}/echo`, { allowedPorts: [port] })).status, 200);
    assert.equal((await fetch(`${base}/echo`, { allowedPorts: null })).status, 200);
  });

  for (const url of [
    "ftp://127.0.0.1/",
    "file:///etc/passwd",
    "data:text/plain,x",
    "nonsense",
    "http://a:b@127.0.0.1/",
  ])
    test(`not to ${url}`, async () => assert.equal(await codeOf(url), "ADDRESS_NOT_ALLOWED"));

  test("nowhere else by a redirect, whose query is not told", async () => {
    const { code, evidence } = await failureOf(`${base}/redirect?q=1`, { redirect: "follow" });
    assert.equal(code, "REDIRECT_REFUSED");
    assert.equal(evidence?.reply, "302, to http://169.254.169.254/latest");
    assert.equal(evidence?.command, "GET /redirect");
  });
});

describe("how much is read", () => {
  test("of 200 MB no more than is allowed and what is on its way", async () => {
    sent = 0;
    assert.equal(await codeOf(`${base}/huge`), "ANSWER_TOO_LARGE");
    assert.ok(sent < 40 * megabyte, `${sent} bytes were sent`);
  });
  test("of a gzip bomb no more than is allowed", async () => {
    const before = process.memoryUsage().rss;
    assert.equal(await codeOf(`${base}/bomb`), "ANSWER_TOO_LARGE");
    assert.ok(process.memoryUsage().rss - before < 150 * megabyte);
  });
  test("nothing of what is declared to be larger", async () => {
    assert.equal(await codeOf(`${base}/declared`), "ANSWER_TOO_LARGE");
  });
  test("nothing larger than a request allows itself", async () => {
    assert.equal(await codeOf(`${base}/echo`, { maximumBytes: 10 }), "ANSWER_TOO_LARGE");
    assert.equal(
      (await (await fetch(`${base}/huge`, { maximumBytes: 300 * megabyte, timeoutMs: 60_000, method: "HEAD" })).text())
        .length,
      0,
    );
  });
  test("no headers without end", async () => assert.equal(await codeOf(`${base}/headers`), "ANSWER_TOO_LARGE"));
  test("what is compressed as it was meant", async () =>
    assert.equal(await (await fetch(`${base}/gzip`)).text(), "hello"));
  test("an answer without a body", async () => assert.equal((await fetch(`${base}/nothing`)).body, null));
});

describe("how long it may take", () => {
  for (const path of ["/drip", "/silent", "/silent-body"])
    test(`${path} ends at the deadline`, async () => {
      const begun = performance.now();
      const { code, evidence } = await failureOf(`${base}${path}`, { timeoutMs: 300 });
      assert.equal(code, "CONNECTION_TIMEOUT");
      assert.match(evidence?.reply ?? "", /300 ms/);
      assert.ok(performance.now() - begun < 2000);
    });

  test("a caller who gives up hears his own reason, whenever he does", async () => {
    const reason = new Error("the mailbox was deleted");
    const stop = new AbortController();
    const waiting = fetch(`${base}/silent`, { signal: stop.signal });
    const reading = (await fetch(`${base}/drip`, { signal: stop.signal })).text();
    stop.abort(reason);
    await assert.rejects(waiting, reason);
    await assert.rejects(reading, reason);
    await assert.rejects(fetch(`${base}/echo`, { signal: stop.signal }), reason);
  });

  test("a caller's deadline is a time-out", async () => {
    assert.equal(await codeOf(`${base}/silent`, { signal: AbortSignal.timeout(100) }), "CONNECTION_TIMEOUT");
  });
});

describe("what the network does", () => {
  for (const [path, code] of [
    ["/cut", "CONNECTION_LOST"],
    ["/short", "CONNECTION_LOST"],
    ["/reset", "CONNECTION_LOST"],
    ["/broken-gzip", "PROTOCOL_ERROR"],
  ] as const)
    test(`${path} is ${code}`, async () => assert.equal(await codeOf(`${base}${path}`), code));

  test("nobody listens: CONNECTION_REFUSED", async () => {
    const server = createTcpServer();
    const free = await listen(server);
    server.close();
    await once(server, "close");
    const { code, evidence } = await failureOf(`http://127.0.0.1:${free}/x?secret=1`);
    assert.equal(code, "CONNECTION_REFUSED");
    assert.deepEqual(evidence, { host: "127.0.0.1", port: free, command: "GET /x", systemCode: "ECONNREFUSED" });
  });

  test("something else answers: NOT_THIS_PROTOCOL", async () => {
    const smtp = await listen(
      createTcpServer((socket: Socket) => socket.on("error", () => undefined).end("220 mail ESMTP\r\n")),
    );
    assert.equal(await codeOf(`http://127.0.0.1:${smtp}/`), "NOT_THIS_PROTOCOL");
    assert.equal(await codeOf(`https://127.0.0.1:${port}/`), "NOT_THIS_PROTOCOL");
  });

  test("a certificate is trusted only where it was named", async () => {
    const { key, certificate } = await makeCertificate();
    const server = createTlsServer({ key, cert: certificate }, (_request, response) => response.end("hello"));
    const url = `https://localhost:${await listen(server)}/`;
    assert.equal(await codeOf(url), "TLS_CERTIFICATE_UNTRUSTED");
    const trusting = createGuardedFetch({ ...loopback, trustedCertificates: certificate });
    try {
      assert.equal(await (await trusting(url)).text(), "hello");
    } finally {
      await trusting.close();
    }
  });

  test("a name that does not exist: HOST_NOT_FOUND, or the name service is away", async () => {
    assert.match(await codeOf("https://no-such-host.invalid/"), /^(HOST_NOT_FOUND|NAME_SERVICE_UNAVAILABLE)$/);
  });
});

describe("what is sent", () => {
  const json = async (response: Promise<Response>) =>
    (await (await response).json()) as { method: string; length: number; headers: Record<string, string> };

  test("a stream passes with its length, as fast as it is taken", async () => {
    const total = 20;
    let made = 0;
    const body = new ReadableStream<Uint8Array>(
      {
        pull: async (controller) => {
          if (made === total) return controller.close();
          made += 1;
          controller.enqueue(new Uint8Array(megabyte));
        },
      },
      { highWaterMark: 0 },
    );
    const headers = { "content-length": String(total * megabyte) };
    const answer = await json(fetch(`${base}/echo`, { method: "POST", body, headers }));
    assert.equal(answer.length, total * megabyte);
    assert.equal(answer.headers?.["content-length"], headers["content-length"]);
    assert.equal(answer.headers?.["transfer-encoding"], undefined);
  });

  test("a stream is not sent twice, and not read to its end for a server that is gone", async () => {
    let made = 0;
    let isOver = false;
    const body = new ReadableStream<Uint8Array>(
      {
        pull: async (controller) => {
          made += 1;
          await pause(1);
          controller.enqueue(new Uint8Array(64 * 1024));
        },
        cancel: () => {
          isOver = true;
        },
      },
      { highWaterMark: 0 },
    );
    assert.equal(await codeOf(`${base}/reset`, { method: "POST", body }), "CONNECTION_LOST");
    const then = made;
    await pause(50);
    assert.ok(made <= then + 1, `${made - then} blocks were made for nobody`);
    assert.ok(isOver, "the source was not told that it is over");
  });

  test("a Request with its own method, headers and body", async () => {
    const request = new Request(`${base}/echo`, { method: "PUT", body: "hello", headers: { "x-test": "1" } });
    const answer = await json(fetch(request));
    assert.deepEqual([answer.method, answer.length, answer.headers?.["x-test"]], ["PUT", 5, "1"]);
  });

  test("nothing more than was asked for after the client was closed", async () => {
    const closed = createGuardedFetch(loopback);
    await closed.close();
    assert.equal(await codeOf(`${base}/echo`, {}, closed), "CONNECTION_LOST");
  });
});

describe("a body in memory", () => {
  const pieces = () => [Buffer.from("ab"), Buffer.from("cde")];
  const post = { method: "POST", pieces };

  test("arrives whole, and its answer is read whole", async () => {
    const response = await fetch(`${base}/echo`, { ...post, headers: { "content-length": "5", "x-own": "yes" } });
    const { method, headers, length } = (await response.json()) as Record<string, Record<string, string>>;
    assert.deepEqual([response.status, method, length, headers?.["x-own"]], [200, "POST", 5, "yes"]);
  });

  test("keeps the limits: size, redirects, ports, addresses, time", async () => {
    assert.equal(await codeOf(`${base}/echo`, { ...post, maximumBytes: 10 }), "ANSWER_TOO_LARGE");
    assert.equal(await codeOf(`${base}/redirect`, post), "REDIRECT_REFUSED");
    assert.equal(await codeOf(`${base}/echo`, { ...post, allowedPorts: [443] }), "PORT_NOT_ALLOWED");
    assert.equal(await codeOf("http://127.0.0.1:25/", post), "PORT_NOT_ALLOWED");
    assert.equal(await codeOf("https://169.254.169.254/", post), "ADDRESS_NOT_ALLOWED");
    assert.equal(await codeOf(`${base}/drip`, { ...post, timeoutMs: 200 }), "CONNECTION_TIMEOUT");
    assert.equal(await codeOf("http://127.0.0.1:65530/", post), "CONNECTION_REFUSED");
  });

  test("is given up when its caller has enough, with the caller's reason", async () => {
    const enough = new Error("enough");
    await assert.rejects(fetch(`${base}/drip`, { ...post, signal: AbortSignal.abort(enough) }), enough);
  });
});
