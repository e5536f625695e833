import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { ConnectOptions } from "@mailfleet/connector-api";
import { Secret } from "@mailfleet/contracts";
import { createGuardedFetch } from "@mailfleet/http";
import { type GraphDouble, startGraphDouble } from "@mailfleet/local/doubles";
import { graphInbound, graphOutbound } from "../src/index.ts";
import { type PrecheckCase, precheckCases } from "./precheck.cases.ts";

const all = ["Mail.ReadWrite", "Mail.Send", "User.Read.All", "MailboxSettings.Read"];

/** A token as Entra makes it for an application; what it was signed with nobody looks at here. */
const tokenOf = (roles: readonly string[]) =>
  ["{}", JSON.stringify({ appid: "app", idtyp: "app", ...(roles.length > 0 && { roles }) }), "signature"]
    .map((part) => Buffer.from(part).toString("base64url"))
    .join(".");

describe("a test of a mailbox of Exchange Online", () => {
  const fetch = createGuardedFetch({ privateNetworks: ["127.0.0.0/8"] });
  let graph: GraphDouble;
  before(async () => {
    graph = await startGraphDouble({
      oauth: {
        introspect: () => ({ account: "", clientId: "app", scopes: ["https://graph.microsoft.com/.default"] }),
      },
    });
  });
  after(async () => {
    await graph.stop();
    await fetch.close();
  });

  async function tested(n: number, one: PrecheckCase) {
    const address = `box${n}@example.org`;
    const { permissions = all, account } = one;
    if (account) Object.assign(graph.addMailbox(address).account, account);
    graph.limitPermissions(permissions);
    graph.limitScope(one.outside ? [] : null);
    const token = one.readable === false ? "opaque" : tokenOf(permissions);
    const options: ConnectOptions = {
      mailboxId: "mb_test",
      address,
      server: { host: "graph", port: 443, security: "tls", apiUrl: graph.url },
      credentials: { type: "token", username: address, accessToken: async () => new Secret(token) },
      allowedPorts: null,
      allowedNetworks: ["127.0.0.0/8"],
      connectionTimeoutMs: 5000,
    };
    const envelope = { from: address, to: [address] };
    const raw = Buffer.from(`From: ${address}\r\nTo: ${address}\r\nSubject: test\r\n\r\n`);
    const signal = AbortSignal.timeout(10_000);
    return [
      await graphInbound({ fetch }).test(options, () => {}, signal),
      await graphOutbound({ fetch }).test(options, { envelope, raw }, () => {}, signal),
    ];
  }

  for (const [n, one] of precheckCases.entries())
    test(`${one.what}: ${one.read ?? "passes"}${one.read === one.send ? "" : `, sending ${one.send ?? "passes"}`}`, async () => {
      const reports = await tested(n, one);
      assert.deepEqual(
        reports.map(({ failure }) => failure?.code ?? null),
        [one.read, one.send],
      );
      for (const { steps, failure } of reports) {
        assert.match(steps.map(({ detail }) => detail).join("\n"), one.says);
        assert.deepEqual(steps.map(({ step }) => step).slice(0, 4), ["connect", "authenticate", "account", "access"]);
        assert.deepEqual(
          steps.filter(({ outcome }) => outcome === "failed").map(({ step }) => step),
          failure ? [steps.at(-1)?.step] : [],
        );
        if (failure) assert.ok(!JSON.stringify(failure).includes("signature"));
      }
    });
});
