import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, beforeEach, describe, test } from "node:test";
import type { ConnectOptions } from "@mailfleet/connector-api";
import { FailureError, Secret } from "@mailfleet/contracts";
import { allowed, candidatesOf, forget, locate } from "../src/locate.ts";

const never = new AbortController().signal;
const address = "jane@example.org";
/** What each path answers: status, and body or where it leads. */
const answers = new Map<string, { status?: number; body?: string; location?: string }>();
const asked: { path: string; body: string }[] = [];
const right = `Basic ${Buffer.from("svc:right").toString("base64")}`;
const server = createServer(async (request, response) => {
  let body = "";
  for await (const piece of request) body += piece;
  asked.push({ path: request.url ?? "", body });
  if (request.headers.authorization !== right) return response.writeHead(401, { "www-authenticate": "Basic" }).end();
  const { status = 200, body: text = "", location } = answers.get(request.url ?? "") ?? { status: 404, body: "no" };
  response.writeHead(status, { "content-type": "text/xml", ...(location && { location }) }).end(text);
});
let port = 0;
before(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  port = (server.address() as AddressInfo).port;
});
after(() => {
  server.close();
  server.closeAllConnections();
});
const options = (password = "right"): ConnectOptions => ({
  mailboxId: "mb_test",
  address,
  server: { host: "127.0.0.1", port, security: "none", authentication: "basic", autodiscover: true },
  credentials: { type: "password", username: "svc", password: new Secret(password) },
  allowedPorts: null,
  allowedNetworks: ["127.0.0.0/8"],
  connectionTimeoutMs: 5000,
});
beforeEach(() => {
  answers.clear();
  asked.splice(0);
  forget(options());
});

const ews = () => `http://127.0.0.1:${port}/EWS/Exchange.asmx`;
const svc = "/autodiscover/autodiscover.svc";
const xml = "/autodiscover/autodiscover.xml";
const soap = (name: string, value: string) =>
  `<s:Envelope xmlns:s="a"><s:Body><R><UserResponses><UserResponse><ErrorCode>NoError</ErrorCode><UserSettings><UserSetting><Name>${name}</Name><Value>${value}</Value></UserSetting></UserSettings></UserResponse></UserResponses></R></s:Body></s:Envelope>`;
const pox = (url: string) =>
  `<Autodiscover><Response><Account><Protocol><Type>EXCH</Type></Protocol><Protocol><EwsUrl>${url}</EwsUrl></Protocol></Account></Response></Autodiscover>`;
const failureOf = async (work: Promise<unknown>) => {
  const error = await work.then(
    () => assert.fail("it was found"),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof FailureError, String(error));
  return `${error.failure.code}: ${error.failure.evidence?.reply}`;
};

describe("looking up where Exchange is", () => {
  test("asks in SOAP, then in POX, for the mailbox, and keeps what it found", async () => {
    answers.set(svc, { body: soap("ExternalEwsUrl", ews()) });
    const { url, at } = await locate(options(), never);
    assert.equal(url, ews());
    assert.match(asked[0]?.body ?? "", /<a:Mailbox>jane@example.org</);
    assert.deepEqual(await locate(options(), never), { url, at });
    assert.equal(asked.length, 1);
    forget(options());
    answers.delete(svc);
    answers.set(xml, { body: pox(ews()) });
    assert.equal((await locate(options(), never)).url, ews());
    assert.deepEqual(
      asked.map(({ path }) => path),
      [svc, svc, xml],
    );
  });

  test("follows where it is led, but not without end, and never to another host", async () => {
    answers.set(svc, { status: 302, location: "/other" });
    answers.set("/other", { body: soap("InternalEwsUrl", ews()) });
    assert.equal((await locate(options(), never)).url, ews());
    forget(options());
    answers.set("/other", { status: 302, location: svc });
    answers.set(xml, { body: pox("https://internal.example.test/EWS/Exchange.asmx") });
    const said = await failureOf(locate(options(), never));
    assert.match(said, /^AUTODISCOVER_FAILED: .*more than 5 times.*leads to https:\/\/internal\.example\.test/);
  });

  test("a wrong password is tried once", async () => {
    assert.match(await failureOf(locate(options("wrong"), never)), /^AUTHENTICATION_REJECTED/);
    assert.equal(asked.length, 1);
  });

  test("says what each place said", async () => {
    answers.set(svc, { body: "<!DOCTYPE a><a/>" });
    const said = await failureOf(locate(options(), never));
    assert.match(said, /svc: PROTOCOL_ERROR \(a document type.*xml: NOT_THIS_PROTOCOL \(404 no\)/);
  });

  const at = { server: { host: "example.org", port: 443, security: "tls" } } as const;
  test("the places are the host's and the one below it", () => {
    assert.deepEqual(
      candidatesOf(at).map(([place]) => place),
      ["https://example.org", "https://autodiscover.example.org"].flatMap((host) => [`${host}${svc}`, `${host}${xml}`]),
    );
  });
  for (const url of ["https://example.org/EWS/Exchange.asmx", "https://MAIL.example.org:443/EWS"])
    test(`${url} is allowed`, () => assert.equal(allowed(url, at), url));
  for (const url of [
    "http://mail.example.org/EWS",
    "https://mail.example.org:8443/EWS",
    "https://example.org.evil.test/EWS",
    "https://evilexample.org/EWS",
    "https://user:password@mail.example.org/EWS",
    "https://localhost/EWS",
    "https://169.254.169.254/EWS",
    "nothing",
  ])
    test(`${url} is not allowed`, () => assert.throws(() => allowed(url, at), /REDIRECT_REFUSED/));
});
