import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ProblemError, profile as profileNoun } from "@mailfleet/contracts";
import { completeProfile } from "./complete-profile.ts";
import { exchangeRules } from "./exchange-rules.ts";
import { opensOneInboxOnly } from "./problems.ts";

const complete = (profile: object) =>
  completeProfile(profileNoun.New.parse({ name: "P", type: "exchange-server", ...profile }));

/** `field reason`, without the direction, of everything that is refused. */
function refusals(profile: object): string[] {
  try {
    complete(profile);
    return [];
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    const found = error.problem.errors?.map(
      ({ pointer, reason }) => `${pointer.replace(/^\/new(\/inbound|\/outbound)?/, "")} ${reason}`,
    );
    return [...new Set(found)];
  }
}

/** The same for both directions. */
const both = (server: object, more: object = {}) => ({ inbound: server, outbound: server, ...more });
const host = { host: "mail.contoso.test" };
const apiUrl = "https://mail.contoso.test/EWS/Exchange.asmx";
const hybrid = {
  provider: "microsoft",
  flow: "application",
  clientId: "app",
  tenantId: "contoso.test",
  clientAuthentication: "certificate",
};

describe("a profile of Exchange on-premises", () => {
  test("signs in with the profile's account and opens each mailbox by impersonation", () => {
    const { inbound, outbound } = complete(both(host));
    const server = { ...host, protocol: "ews", port: 443, security: "tls", credentials: "profile" };
    assert.deepEqual(inbound, { ...server, access: "impersonation" });
    assert.deepEqual(outbound, inbound);
    assert.equal(opensOneInboxOnly({ inbound }), false, "one account opens many mailboxes");
  });

  test("takes its host from the address of the API", () => {
    const { inbound } = complete(both({ apiUrl: "https://mail.contoso.test:8443/ews/exchange.asmx" }));
    assert.deepEqual([inbound.host, inbound.port], ["mail.contoso.test", 8443]);
  });

  const possible: readonly [string, object][] = [
    ["autodiscover, by impersonation", both({ ...host, autodiscover: true })],
    [
      "an address for each direction",
      { inbound: { apiUrl }, outbound: { apiUrl: "https://out.contoso.test/EWS/E.asmx" } },
    ],
    [
      "NTLM in and Basic out",
      { inbound: { ...host, authentication: "ntlm" }, outbound: { ...host, authentication: "basic" } },
    ],
    ["delegation", both({ ...host, access: "delegation" })],
    ["each mailbox's own credentials", both({ ...host, credentials: "mailbox" })],
    ["hybrid modern authentication", both({ apiUrl }, { oauth: hybrid })],
    ["no copy of what is sent", { inbound: host, outbound: { ...host, saveCopy: false } }],
  ];
  for (const [name, profile] of possible) test(`may have ${name}`, () => assert.deepEqual(refusals(profile), []));

  const impossible: readonly [string, object, string][] = [
    ["Exchange Online's host", both({ host: "outlook.office365.com" }), "/host is Exchange Online"],
    [
      "Exchange Online's address",
      both({ apiUrl: "https://outlook.office365.us/EWS/Exchange.asmx" }),
      "/host is Exchange Online",
    ],
    [
      "Exchange Online in China",
      both({ apiUrl: "https://partner.outlook.cn/EWS/Exchange.asmx" }),
      "/host is Exchange Online",
    ],
    ["plain HTTP", both({ apiUrl: "http://mail.contoso.test:443/EWS" }), "/apiUrl must begin with https"],
    [
      "another host than its address",
      both({ ...host, apiUrl: "https://b.test/EWS" }),
      "/apiUrl names another host or port",
    ],
    ["another port than its address", both({ apiUrl, port: 8443 }), "/apiUrl names another host or port"],
    ["autodiscover and an address", both({ apiUrl, autodiscover: true }), "/autodiscover must be off"],
    [
      "autodiscover by delegation",
      both({ ...host, autodiscover: true, access: "delegation" }),
      "/autodiscover is only for",
    ],
    [
      "autodiscover with each mailbox's own credentials",
      both({ ...host, autodiscover: true, credentials: "mailbox" }),
      "/autodiscover is only for",
    ],
    [
      "autodiscover with a token",
      both({ ...host, autodiscover: true }, { oauth: hybrid }),
      "/autodiscover is not possible",
    ],
    ["a token without an address", both(host, { oauth: hybrid }), "/apiUrl is needed"],
    [
      "a token by delegation",
      both({ apiUrl, access: "delegation" }, { oauth: hybrid }),
      "/access must be impersonation",
    ],
    [
      "own credentials by impersonation",
      both({ ...host, credentials: "mailbox", access: "impersonation" }),
      "/access must be own",
    ],
    ["NTLM with a token", both({ apiUrl, authentication: "ntlm" }, { oauth: hybrid }), "/authentication must be oauth"],
    [
      "a token's authentication with a password",
      both({ ...host, authentication: "oauth" }),
      "/authentication is oauth only",
    ],
    [
      "a sign-in of each user",
      both({ apiUrl }, { oauth: { ...hybrid, flow: "sign-in" } }),
      "/oauth/flow must be application",
    ],
    [
      "a secret in place of a certificate",
      both({ apiUrl }, { oauth: { ...hybrid, clientAuthentication: "secret" } }),
      "/oauth/clientAuthentication must be certificate",
    ],
    ["SMTP for sending", { inbound: host, outbound: { ...host, protocol: "smtp" } }, "/protocol must be ews"],
    ["POP3 for receiving", { inbound: { ...host, protocol: "pop3" }, outbound: host }, "/protocol must be ews"],
    [
      "no sign-in",
      { inbound: host, outbound: { ...host, credentials: "anonymous" } },
      "/credentials must not be anonymous",
    ],
  ];
  for (const [name, profile, refusal] of impossible)
    test(`cannot have ${name}`, () => {
      const found = refusals(profile);
      assert.ok(
        found.some((one) => one.startsWith(refusal)),
        `refused with: ${found.join(" | ")}`,
      );
    });

  test("has a case for each rule", () => {
    for (const { pointer, reason } of exchangeRules)
      assert.ok(
        impossible.some(([, , refusal]) => `${pointer} ${reason}`.startsWith(refusal)),
        `${pointer} ${reason}`,
      );
  });

  test("settings of Exchange have no effect with other protocols, and are refused", () => {
    for (const [field, value] of Object.entries({
      access: "impersonation",
      authentication: "ntlm",
      autodiscover: true,
      apiUrl,
    })) {
      const found = refusals({ type: "other", inbound: { ...host, [field]: value }, outbound: host });
      assert.deepEqual(found, [`/${field} has no effect with IMAP`]);
    }
    assert.deepEqual(refusals({ type: "other", inbound: host, outbound: { ...host, saveCopy: false } }), [
      "/saveCopy has no effect with SMTP",
    ]);
  });
});
