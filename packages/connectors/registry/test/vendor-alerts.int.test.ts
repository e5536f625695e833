import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { after, before, describe, test } from "node:test";
import type { ConnectOptions, TestReport } from "@mailfleet/connector-api";
import { alertCodes, failureCodes, Secret, vendorCodes } from "@mailfleet/contracts";
import { createGuardedFetch } from "@mailfleet/http";
import { makeCertificate, startEwsDouble, startGraphDouble } from "@mailfleet/local/doubles";
import { createConnectors } from "../src/index.ts";
import { type Counterparts, raisedElsewhere, type VendorAlertCase, vendorAlertCases } from "./vendor-alerts.cases.ts";

const service = "svc@example.org";
const addressOf = (n: number) => `box${n}@example.org`;
/** An alert of the record protocol, in answer to whatever comes: handshake_failure (RFC 8446 §6.2). */
const handshakeFailure = Buffer.from([21, 3, 3, 0, 2, 2, 40]);
/** Of an application that has no permission in its token. */
const withoutRoles = ["{}", '{"appid":"app"}', "s"].map((part) => Buffer.from(part).toString("base64url")).join(".");

describe("what raises an alert of Exchange", () => {
  const fetch = createGuardedFetch({ privateNetworks: ["127.0.0.0/8"] });
  const connectors = createConnectors({ fetch });
  let counterparts: Counterparts;
  let refusing: Server;
  before(async () => {
    refusing = createServer((socket) => {
      socket.on("error", () => {});
      socket.once("data", () => socket.end(handshakeFailure));
    });
    await new Promise<void>((resolve) => refusing.listen(0, "127.0.0.1", resolve));
    const accounts = () => [
      ...vendorAlertCases.map((_, n) => ({ address: addressOf(n), password: "right" })),
      { address: service, password: "right", impersonates: true, mailbox: false },
    ];
    counterparts = {
      exchange: await startEwsDouble({ accounts: accounts() }),
      untrusted: await startEwsDouble({ accounts: accounts(), certificate: await makeCertificate() }),
      withoutTls: { port: (refusing.address() as { port: number }).port },
      graph: await startGraphDouble({
        mailboxes: vendorAlertCases.map((_, n) => addressOf(n)),
        oauth: {
          introspect: (token) =>
            token === "unknown"
              ? null
              : { account: "", clientId: "app", scopes: ["https://graph.microsoft.com/.default"] },
        },
      }),
    };
  });
  after(async () => {
    refusing.close();
    await Promise.all([counterparts.exchange.stop(), counterparts.untrusted.stop(), counterparts.graph.stop()]);
    await fetch.close();
  });

  function optionsOf(one: VendorAlertCase, address: string): ConnectOptions {
    const { graph, exchange, untrusted, withoutTls } = counterparts;
    const common = {
      ...{ mailboxId: "mb_test", address: one.address ?? address, allowedPorts: null },
      ...{ allowedNetworks: ["127.0.0.0/8"], connectionTimeoutMs: 5000 },
    };
    if (one.by === "graph")
      return {
        ...common,
        server: { host: "graph", port: 443, security: "tls", apiUrl: graph.url },
        credentials: {
          ...{ type: "token", username: address },
          accessToken: async () => new Secret(one.token ?? withoutRoles),
        },
      };
    const at = { exchange: exchange.url, untrusted: untrusted.url, withoutTls: `https://127.0.0.1:${withoutTls.port}` };
    const { port, protocol, origin } = new URL(at[one.by]);
    const where =
      one.server === "looked-up"
        ? { autodiscover: true }
        : { apiUrl: `${origin}${one.server?.path ?? "/EWS/Exchange.asmx"}` };
    const { access = "impersonation" } = one;
    return {
      ...common,
      server: {
        ...{ host: "127.0.0.1", port: Number(port), security: protocol === "https:" ? "tls" : "none" },
        ...{ authentication: "basic", access, ...where },
      },
      credentials: {
        ...{ type: "password", username: access === "own" ? address : service },
        password: new Secret(one.password ? `wrong, ${address}` : "right"),
      },
    };
  }

  async function tested(one: VendorAlertCase, n: number): Promise<TestReport | undefined> {
    const address = addressOf(n);
    counterparts.graph.limitPermissions(null);
    counterparts.exchange.limitScope(null);
    one.given?.(counterparts, address);
    const options = optionsOf(one, address);
    const protocol = one.by === "graph" ? "graph" : "ews";
    const signal = AbortSignal.timeout(10_000);
    const probe = {
      envelope: { from: address, to: [address] },
      raw: Buffer.from(`From: ${address}\r\nTo: ${address}\r\nSubject: test\r\n\r\n`),
    };
    const nobody = () => {};
    switch (one.direction) {
      case "inbound":
        return (await connectors.inbound.load(protocol))?.test(options, nobody, signal);
      case "outbound":
        return (await connectors.outbound.load(protocol))?.test(options, probe, nobody, signal);
      case "act":
        return (await connectors.act.load(protocol))?.test(options, async () => "settled", nobody, signal);
    }
  }

  for (const [n, one] of vendorAlertCases.entries())
    test(`${one.vendor}, ${one.direction}, because ${one.cause}: ${one.code}`, async () => {
      const report = await tested(one, n);
      assert.equal(report?.failure?.code, one.code, JSON.stringify(report?.steps.at(-1)));
      const { severity, audience, remedy } = failureCodes[one.code];
      assert.deepEqual([severity, audience], [one.severity, one.audience]);
      assert.equal(report?.steps.at(-1)?.remedy, remedy);
    });

  test("each code that is named for an alert of Exchange has its cause here, and no other", () => {
    const named = vendorCodes.flatMap(({ vendor, codes }) => codes.map((code) => `${vendor}: ${code}`));
    const caused = vendorAlertCases.map(({ vendor, code }) => `${vendor}: ${code}`);
    const elsewhere = Object.keys(raisedElsewhere);
    assert.deepEqual([...new Set([...caused, ...elsewhere])].sort(), named.sort());
    for (const [pair, file] of Object.entries(raisedElsewhere)) {
      const text = readFileSync(new URL(`../../../../${file}`, import.meta.url), "utf8");
      assert.ok(text.includes(pair.slice(pair.lastIndexOf(" ") + 1)), `${file}: ${pair}`);
    }
    for (const { vendor, codes, instead } of vendorCodes) {
      assert.ok(codes.length > 0 !== (instead !== undefined), vendor);
      for (const code of codes) assert.ok(code in alertCodes);
    }
  });
});
