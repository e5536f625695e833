import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { ConnectOptions, SignInGate, TestReport } from "@mailfleet/connector-api";
import { FailureError, failureOf, Secret } from "@mailfleet/contracts";
import { createGuardedFetch } from "@mailfleet/http";
import {
  type EwsDouble,
  type GraphDouble,
  makeCertificate,
  startEwsDouble,
  startGraphDouble,
  startOAuthDouble,
} from "@mailfleet/local/doubles";
import { type Dovecot, mailServers, type Postfix, startDovecot, startPostfix } from "@mailfleet/local/testing";
import { createConnectors } from "../src/index.ts";

const never = new AbortController().signal;
const { skip } = await mailServers();
const fetch = createGuardedFetch({ privateNetworks: ["127.0.0.0/8"] });
const { inbound, outbound } = createConnectors({ fetch });
const why = "no mailbox is named";
type Server = ConnectOptions["server"];

/** A test of a profile that names no mailbox. */
async function tested(
  protocol: string,
  server: Server,
  before: "sign-in" | "mailbox" | null,
  credentials: ConnectOptions["credentials"] = null,
): Promise<TestReport[]> {
  const options: ConnectOptions = {
    ...{ mailboxId: "", address: "", server, credentials },
    ...(before && { ends: { before, why } }),
    ...{ allowedPorts: null, allowedNetworks: ["127.0.0.0/8", "::1"], connectionTimeoutMs: 5000 },
  };
  const [receives, sends] = [await inbound.load(protocol), await outbound.load(protocol)];
  return Promise.all([
    ...(receives ? [receives.test(options, () => {}, never)] : []),
    ...(sends ? [sends.test(options, null, () => {}, never)] : []),
  ]);
}
const outcomes = ({ steps }: TestReport) => steps.map(({ step, outcome }) => `${step} ${outcome}`).join(", ");
const told = ({ steps }: TestReport, step: string) => steps.find((one) => one.step === step)?.detail ?? "";
const reached = "resolve ok, connect ok, tls ok, authenticate skipped";
after(() => fetch.close());

describe("a test of a profile without a mailbox, over sockets", { skip }, () => {
  let dovecot: Dovecot;
  let postfix: Postfix;
  before(async () => {
    dovecot = await startDovecot({ users: { "ann@example.test": "one" } });
    postfix = await startPostfix({ dovecot });
  });
  after(async () => {
    await postfix?.stop();
    await dovecot?.stop();
  });
  const at = (port: number, security: Server["security"]) => ({
    ...{ host: "127.0.0.1", port, security, trustedCertificates: dovecot.certificate },
  });

  for (const [protocol, security, port, offers] of [
    ["imap", "tls", () => dovecot.ports.imaps, /no mailbox is named; .*greets with ".*ready.*AUTH=PLAIN/],
    ["imap", "starttls", () => dovecot.ports.imap, /AUTH=PLAIN/],
    ["pop3", "tls", () => dovecot.ports.pop3s, /no mailbox is named; .*greets with "\+OK.*offered: USER, SASL PLAIN/],
    ["pop3", "starttls", () => dovecot.ports.pop3, /SASL PLAIN/],
    ["smtp", "tls", () => postfix.ports.submissions, /no mailbox is named; .*greets with ".*ESMTP.*offers PLAIN/],
    ["smtp", "starttls", () => postfix.ports.submission, /offers PLAIN/],
  ] as const)
    test(`${protocol} with ${security} goes up to the sign-in and says what is offered`, async () => {
      const reports = await tested(protocol, at(port(), security), "sign-in");
      assert.deepEqual(reports.map(outcomes), [reached]);
      assert.match(told(reports[0] as TestReport, "authenticate"), offers);
      assert.match(told(reports[0] as TestReport, "tls"), /^TLSv1\.[23] \S+/);
    });

  for (const [protocol, port] of [
    ["imap", () => dovecot.ports.imaps],
    ["pop3", () => dovecot.ports.pop3s],
    ["smtp", () => postfix.ports.submissions],
  ] as const)
    test(`${protocol} signs in through the gate of its credentials, which hears what is refused`, async () => {
      const heard: (string | null)[] = [];
      const gate: SignInGate = {
        pass: async (work, refused) => {
          try {
            return await work();
          } catch (error) {
            heard.push(refused(error));
            throw error;
          }
        },
      };
      const as = (password: string) =>
        ({ type: "password", username: "ann@example.test", password: new Secret(password), gate }) as const;
      await tested(protocol, at(port(), "tls"), null, as("one"));
      assert.deepEqual(heard, []);
      const [wrong] = await tested(protocol, at(port(), "tls"), null, as("two"));
      assert.equal(wrong?.failure?.code, "AUTHENTICATION_REJECTED");
      assert.equal(heard.length, 1);
      assert.match(heard[0] ?? "", /authentication failed/i);
      const closed = { pass: async () => Promise.reject(new FailureError(failureOf("PROFILE_CREDENTIALS_REFUSED"))) };
      const [kept] = await tested(protocol, at(port(), "tls"), null, { ...as("one"), gate: closed });
      assert.equal(kept?.failure?.code, "PROFILE_CREDENTIALS_REFUSED", "nothing was sent");
    });

  test("without TLS that step is left out; a server of another kind fails as ever", async () => {
    const [imap] = await tested("imap", at(dovecot.ports.imap, "none"), "sign-in");
    assert.equal(outcomes(imap as TestReport), "resolve ok, connect ok, tls skipped, authenticate skipped");
    const [wrong] = await tested("pop3", at(dovecot.ports.imap, "none"), "sign-in");
    assert.equal(wrong?.failure?.code, "NOT_THIS_PROTOCOL");
  });
});

describe("a test of a profile without a mailbox, over HTTP", () => {
  let exchange: EwsDouble;
  let graph: GraphDouble;
  const oauth = { stop: async () => {} };
  const server: Partial<Server> = {};
  before(async () => {
    const certificate = await makeCertificate();
    exchange = await startEwsDouble({
      certificate,
      accounts: [{ address: "svc@example.test", password: "service", impersonates: true, mailbox: false }],
    });
    const double = await startOAuthDouble();
    oauth.stop = () => double.stop();
    graph = await startGraphDouble({ oauth: double, mailboxes: [] });
    const { hostname: host, port } = new URL(exchange.url);
    Object.assign(server, { host, port: Number(port), security: "tls", trustedCertificates: certificate.certificate });
  });
  after(async () => {
    await Promise.all([exchange?.stop(), graph?.stop(), oauth.stop()]);
  });
  const ews = (more: Partial<Server> = {}) => ({ ...(server as Server), access: "impersonation" as const, ...more });
  const service = (password: string) =>
    ({ type: "password", username: "EXAMPLE\\svc", password: new Secret(password) }) as const;

  test("Exchange signs the service account in, although it has no mailbox of its own, and ends there", async () => {
    const reports = await tested("ews", ews(), "mailbox", service("service"));
    assert.deepEqual(reports.map(outcomes), Array(2).fill("connect ok, tls ok, authenticate ok, access skipped"));
    assert.match(told(reports[0] as TestReport, "authenticate"), /signed in as EXAMPLE\\svc by NTLM, Exchange 15/);
    assert.match(told(reports[0] as TestReport, "tls"), /TLSv1\.[23], /);
  });

  test("Exchange refuses a wrong password, and says what it offers where there is none", async () => {
    const [wrong] = await tested("ews", ews(), "mailbox", service("wrong"));
    assert.equal(wrong?.failure?.code, "AUTHENTICATION_REJECTED");
    const [none] = await tested("ews", ews(), "sign-in");
    assert.equal(outcomes(none as TestReport), "connect ok, tls ok, authenticate skipped");
    assert.match(told(none as TestReport, "authenticate"), /offers Negotiate, NTLM, Basic/);
  });

  test("Exchange that is looked up by a mailbox is reached at the host of the profile", async () => {
    const before = exchange.requests.length;
    const [report] = await tested("ews", ews({ autodiscover: true }), "mailbox", service("service"));
    assert.equal(outcomes(report as TestReport), "locate skipped, connect ok, tls ok, authenticate skipped");
    const asked = exchange.requests.slice(before);
    assert.ok(
      asked.every(({ scheme }) => scheme === undefined),
      "nobody signed in",
    );
  });

  test("Graph is reached, and gives an application's token where there is one", async () => {
    const place = { host: "graph.test", port: 443, security: "tls", apiUrl: graph.url } as const;
    const none = await tested("graph", place, "sign-in");
    assert.deepEqual(none.map(outcomes), Array(2).fill("connect ok, authenticate skipped"));
    const token = async () => new Secret("any");
    const held = await tested("graph", place, "mailbox", { type: "token", username: "", accessToken: token });
    assert.deepEqual(held.map(outcomes), Array(2).fill("connect ok, authenticate ok"));
  });
});
