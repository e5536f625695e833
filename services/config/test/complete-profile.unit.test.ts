import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ProblemError, type ProfileChange, profile as profileNoun } from "@mailfleet/contracts";
import { changedSettings, completeProfile } from "../profile/complete-profile.ts";
import { refuseSecretEnd } from "../profile/problems.ts";
import { refusePorts } from "../settings/allowed-ports.ts";

const complete = (profile: object) => completeProfile(profileNoun.New.parse({ name: "P", ...profile }));
const problemOf = (work: () => unknown) => {
  try {
    work();
  } catch (error) {
    if (error instanceof ProblemError) return error.problem;
    throw error;
  }
  return assert.fail("nothing was refused");
};
const google = { provider: "google", clientId: "id" } as const;

describe("Exchange Online", () => {
  const oauth = { provider: "microsoft", flow: "application", tenantId: "contoso.test", clientId: "id" } as const;
  const online = (more: object, cloud?: string) =>
    complete({ type: "exchange-online", oauth: { ...oauth, ...(cloud && { cloud }) }, ...more });

  for (const [cloud, host] of [
    [undefined, "graph.microsoft.com"],
    ["global", "graph.microsoft.com"],
    ["us-government", "graph.microsoft.us"],
    ["us-government-dod", "dod-graph.microsoft.us"],
    ["china", "microsoftgraph.chinacloudapi.cn"],
  ] as const)
    test(`in the cloud ${cloud ?? "that is not named"} is at ${host}`, () => {
      const { inbound, outbound } = online({}, cloud);
      assert.deepEqual([inbound.host, outbound.host, inbound.protocol], [host, host, "graph"]);
    });

  test("has no EWS, and the refusal says why", () => {
    const { errors } = problemOf(() => online({ inbound: { protocol: "ews", host: "mail.contoso.test" } }));
    assert.match(JSON.stringify(errors), /must be graph: Microsoft ends EWS in Exchange Online/);
  });

  test("a cloud is Microsoft's alone", () => {
    const { errors } = problemOf(() => complete({ type: "gmail", oauth: { ...google, cloud: "china" } }));
    assert.deepEqual(
      errors?.map(({ pointer }) => pointer),
      ["/new/oauth/cloud"],
    );
  });
});

describe("a profile that leaves things out", () => {
  test("of type gmail gets Gmail's servers, ports and OAuth", () => {
    const { inbound, outbound } = complete({ type: "gmail", oauth: google });
    assert.deepEqual(inbound, {
      ...{ protocol: "imap", host: "imap.gmail.com", port: 993, security: "tls", credentials: "oauth" },
    });
    assert.deepEqual(outbound, {
      ...{ protocol: "smtp", host: "smtp.gmail.com", port: 465, security: "tls", credentials: "oauth" },
    });
  });
  test("of type gmail speaks POP3, the API, or SMTP with STARTTLS where it says so", () => {
    const one = complete({
      type: "gmail",
      oauth: google,
      inbound: { protocol: "pop3" },
      outbound: { port: 587, security: "starttls" },
    });
    assert.deepEqual([one.inbound.host, one.inbound.port], ["pop.gmail.com", 995]);
    assert.deepEqual([one.outbound.port, one.outbound.security], [587, "starttls"]);
    const api = complete({
      type: "gmail",
      oauth: google,
      inbound: { protocol: "gmail" },
      outbound: { protocol: "gmail" },
    });
    assert.deepEqual([api.inbound.host, api.outbound.port], ["gmail.googleapis.com", 443]);
  });
  test("gets the usual port of its protocol and security", () => {
    const ports = (inbound: object) =>
      complete({ inbound: { host: "a.test", ...inbound }, outbound: { host: "a.test" } });
    assert.equal(ports({ protocol: "pop3" }).inbound.port, 995);
    assert.equal(ports({ protocol: "pop3", security: "starttls" }).inbound.port, 110);
    assert.equal(ports({}).inbound.port, 993);
    assert.equal(ports({}).outbound.port, 465);
    assert.equal(ports({}).inbound.credentials, "mailbox");
  });
  test("is refused with every field that cannot be filled in", () => {
    const { code, errors } = problemOf(() => complete({}));
    assert.equal(code, "INVALID");
    assert.deepEqual(
      errors?.map(({ pointer }) => pointer),
      ["/new/inbound/host", "/new/outbound/host"],
    );
  });
});

describe("a profile that cannot work", () => {
  const servers = { inbound: { host: "a.test" }, outbound: { host: "a.test" } };
  const pop3 = { protocol: "pop3", host: "a.test" };
  const cases: [string, object, string][] = [
    [
      "Gmail's API without OAuth",
      { ...servers, inbound: { protocol: "gmail", host: "a.test", credentials: "mailbox" } },
      "/new/inbound/credentials",
    ],
    [
      "reports that POP3 should move",
      { ...servers, inbound: { ...pop3 }, undeliverableFolder: "Bounces" },
      "/new/undeliverableFolder",
    ],
    ["a copy of sent mail filed by POP3", { ...servers, inbound: { ...pop3 }, sentCopy: "append" }, "/new/sentCopy"],
    [
      "Gmail's API without a sign-in",
      { ...servers, type: "gmail", outbound: { protocol: "gmail", credentials: "anonymous" }, oauth: google },
      "/new/outbound/credentials",
    ],
    ["OAuth without an application", { ...servers, inbound: { host: "a.test", credentials: "oauth" } }, "/new/oauth"],
    ["an application without a client id", { ...servers, oauth: { provider: "google" } }, "/new/oauth/clientId"],
    [
      "an application of Microsoft without a tenant",
      { oauth: { provider: "microsoft", flow: "application", clientId: "x" } },
      "/new/oauth/tenantId",
    ],
    [
      "a service account at Microsoft",
      { oauth: { provider: "microsoft", flow: "service-account" } },
      "/new/oauth/flow",
    ],
    [
      "an unknown provider without endpoints",
      { ...servers, oauth: { provider: "custom", clientId: "x" } },
      "/new/oauth/endpoints/token",
    ],
    [
      "addressing of credentials that the mailboxes hold",
      { ...servers, inbound: { host: "a.test", addressing: { by: "authorization-identity" } } },
      "/new/inbound/addressing",
    ],
    [
      "a Gmail profile with another provider",
      { type: "gmail", oauth: { provider: "microsoft", clientId: "x" } },
      "/new/oauth/provider",
    ],
  ];
  for (const [what, profile, pointer] of cases)
    test(`is refused: ${what}`, () => {
      const { errors } = problemOf(() => complete(profile));
      assert.ok(
        errors?.some((one) => one.pointer === pointer),
        JSON.stringify(errors),
      );
    });
  for (const tenantId of ["not a tenant", "1234", "a..b", "-x.test", "https://x.test"])
    test(`is refused: the tenant ${tenantId}`, () => {
      assert.throws(() => complete({ oauth: { provider: "microsoft", clientId: "x", tenantId } }), /directory id/);
    });
  for (const token of ["ftp://x.test/token", "file:///etc/passwd", "https://user:word@x.test/", "https://x.test/?a=b"])
    test(`is refused: the endpoint ${token}`, () => {
      assert.throws(() => complete({ oauth: { provider: "google", clientId: "x", endpoints: { token } } }));
    });
});

describe("a change of a profile", () => {
  const before = complete({ type: "gmail", oauth: google });
  const change = (given: ProfileChange) => changedSettings(before, given);
  test("completes a server that it names, and leaves the other", () => {
    const { inbound, outbound } = change({ inbound: { protocol: "pop3" } });
    assert.deepEqual([inbound.protocol, inbound.port, outbound.port], ["pop3", 995, 465]);
  });
  test("that takes the application away is refused while servers sign in with it", () => {
    assert.equal(problemOf(() => change({ oauth: null })).errors?.[0]?.pointer, "/change/oauth");
  });
});

describe("the ports policy", () => {
  const gmail = complete({ type: "gmail", oauth: google, inbound: { protocol: "pop3" } });
  test("of the US Government lets POP3S and SMTPS through", () => {
    refusePorts(gmail, { allowedOutboundPorts: "us-government" }, "/new");
    refusePorts(gmail, { allowedOutboundPorts: null }, "/new");
  });
  test("names the rule and every port that it refuses", () => {
    const imap = complete({ type: "gmail", oauth: google, outbound: { port: 587, security: "starttls" } });
    const problem = problemOf(() => refusePorts(imap, { allowedOutboundPorts: "us-government" }, "/new"));
    assert.equal(problem.code, "PORT_NOT_ALLOWED");
    assert.match(problem.detail, /us-government/);
    assert.deepEqual(
      problem.errors?.map(({ pointer }) => pointer),
      ["/new/inbound/port", "/new/outbound/port"],
    );
  });
});

test("the end of a secret lies ahead, but at most 24 months", () => {
  const now = Date.UTC(2026, 10, 26);
  const at = "/new/oauth/clientSecretExpiresAt";
  refuseSecretEnd(Date.UTC(2028, 10, 26), now, at);
  assert.throws(() => refuseSecretEnd(Date.UTC(2028, 10, 28), now, at), /24 months/);
  assert.throws(() => refuseSecretEnd(now, now, at), /future/);
});

describe("the same settings for outgoing", () => {
  const inbound = { host: "mail.a.test", security: "starttls", credentials: "profile", trustedCertificates: "PEM" };
  const same = (more: object = {}) => complete({ sameSettingsForOutgoing: true, inbound, ...more });

  test("are those of inbound, with the protocol and port of sending", () => {
    assert.deepEqual(same().outbound, {
      ...{ protocol: "smtp", host: "mail.a.test", port: 587, security: "starttls" },
      ...{ credentials: "profile", trustedCertificates: "PEM" },
    });
    assert.equal(same({ outbound: { port: 2525 } }).outbound.port, 2525);
  });

  test("of Exchange are all that say where it is and how to sign in", () => {
    const exchange = { protocol: "ews", apiUrl: "https://ex.a.test/EWS/Exchange.asmx", authentication: "ntlm" };
    const { outbound } = complete({
      ...{ type: "exchange-server", sameSettingsForOutgoing: true },
      ...{ inbound: exchange, outbound: { saveCopy: false } },
    });
    assert.deepEqual(
      [outbound.host, outbound.apiUrl, outbound.authentication, outbound.access, outbound.saveCopy],
      ["ex.a.test", exchange.apiUrl, "ntlm", "impersonation", false],
    );
  });

  test("leave the servers of a known provider as they are", () => {
    const { outbound } = complete({ type: "gmail", oauth: google, sameSettingsForOutgoing: true });
    assert.deepEqual([outbound.host, outbound.credentials], ["smtp.gmail.com", "oauth"]);
  });

  test("follow a change of inbound, and a usual port follows the security", () => {
    const tls = changedSettings(same(), {
      inbound: { ...inbound, host: "new.a.test", security: "tls" },
    } as ProfileChange);
    assert.deepEqual([tls.outbound.host, tls.outbound.security, tls.outbound.port], ["new.a.test", "tls", 465]);
    const own = changedSettings(same({ outbound: { port: 2525 } }), {
      inbound: { ...inbound, security: "tls" },
    } as ProfileChange);
    assert.equal(own.outbound.port, 2525);
  });

  test("follow inbound also where a change names outbound with what it had before", () => {
    const before = same();
    const outbound = { ...before.outbound, port: 2525 };
    const change = { inbound: { ...inbound, host: "new.a.test" }, outbound } as ProfileChange;
    const { host, port } = changedSettings(before, change).outbound;
    assert.deepEqual([host, port], ["new.a.test", 2525]);
    const other = { ...change, outbound: { ...outbound, host: "other.test" } } as ProfileChange;
    assert.match(
      problemOf(() => changedSettings(before, other)).detail,
      /\/change\/outbound\/host is taken from inbound/,
    );
  });

  test("that are switched off stay as they were, and then go their own way", () => {
    const off = changedSettings(same(), { sameSettingsForOutgoing: false });
    assert.equal(off.outbound.host, "mail.a.test");
    assert.equal(
      changedSettings(off, { inbound: { ...inbound, host: "x.test" } } as ProfileChange).outbound.host,
      "mail.a.test",
    );
  });

  test("cannot be contradicted: each field that differs is named", () => {
    const { errors } = problemOf(() =>
      same({ outbound: { host: "other.test", security: "tls", credentials: "profile" } }),
    );
    assert.deepEqual(
      errors?.map(({ pointer }) => pointer),
      ["/new/outbound/host", "/new/outbound/security"],
    );
  });
});
