import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type ConnectOptions, UncertainError } from "@mailfleet/connector-api";
import { FailureError, failureOf as failure, Secret } from "@mailfleet/contracts";
import { createGuardedFetch } from "@mailfleet/http";
import { type GraphDouble, startGraphDouble, type Trouble } from "@mailfleet/local/doubles";
import { graphOutbound } from "../src/index.ts";

const from = "fleet@example.org";
const raw = Buffer.from(`From: ${from}\r\nTo: ada@example.org\r\nSubject: hello\r\n\r\ntext\r\n`);
const envelope = { from, to: ["ada@example.org", "hidden@example.org"] };
const never = new AbortController().signal;
const good = "a-token-that-is-good";
const narrow = "a-token-for-something-else";

describe("sending by Microsoft Graph", () => {
  const fetch = createGuardedFetch({ privateNetworks: ["127.0.0.0/8"] });
  const connector = graphOutbound({ fetch });
  let graph: GraphDouble;
  before(async () => {
    const meaning = (scope: string) => ({ account: "", clientId: "app", scopes: [scope] });
    graph = await startGraphDouble({
      mailboxes: [from],
      oauth: {
        introspect: (token) =>
          token === good
            ? meaning("https://graph.microsoft.com/.default")
            : token === narrow
              ? meaning("openid")
              : null,
      },
    });
  });
  after(async () => {
    await graph.stop();
    await fetch.close();
  });

  const options = (tokens: readonly string[], address = from): ConnectOptions & { asked: boolean[] } => {
    const asked: boolean[] = [];
    return {
      asked,
      mailboxId: "mb_test",
      address,
      server: { host: "graph", port: 443, security: "tls", apiUrl: graph.url },
      credentials: {
        type: "token",
        username: address,
        accessToken: async ({ renew }) => {
          asked.push(renew);
          return new Secret(tokens[Math.min(asked.length, tokens.length) - 1] ?? "");
        },
      },
      allowedPorts: null,
      allowedNetworks: ["127.0.0.0/8", "::1"],
      connectionTimeoutMs: 5000,
    };
  };
  const submit = (given: ConnectOptions, message = raw) => connector.open(given, 2).submit(envelope, message, never);
  const failureOf = async (work: Promise<unknown>) => {
    try {
      await work;
    } catch (error) {
      if (error instanceof FailureError) return error.failure;
      throw error;
    }
    return assert.fail("it was sent");
  };

  test("hands raw MIME over, for everybody in the envelope", async () => {
    const before = graph.sent.length;
    const { answer } = await submit(options([good]));
    assert.match(answer, /^202/);
    const mail = graph.sent[before];
    assert.deepEqual([mail?.from, mail?.subject, mail?.contentType], [from, "hello", "mime"]);
    assert.deepEqual([...(mail?.to ?? [])].sort(), [...envelope.to].sort());
  });

  test("renews a token that is refused, once", async () => {
    const given = options(["stale", good]);
    await submit(given);
    assert.deepEqual(given.asked, [false, true]);
    const { code } = await failureOf(submit(options(["stale"])));
    assert.equal(code, "AUTHENTICATION_REJECTED");
  });

  test("a message whose token was refused, and that got no other, was certainly not sent", async () => {
    const before = graph.sent.length;
    const accessToken = async ({ renew }: { renew: boolean }) => {
      if (renew) throw new FailureError(failure("CLIENT_REJECTED"));
      return new Secret("stale");
    };
    const given = { ...options([]), credentials: { type: "token" as const, username: from, accessToken } };
    assert.equal((await failureOf(submit(given))).code, "CLIENT_REJECTED");
    assert.equal(graph.sent.length, before);
  });

  const refusals: [string, Trouble | null, string, ConnectOptions["address"], string][] = [
    ["a token without the permission", null, narrow, from, "MAILBOX_OUT_OF_SCOPE"],
    ["another mailbox", null, good, "nobody@example.org", "MAILBOX_NOT_FOUND"],
    ["throttling with Retry-After", { status: 429, headers: { "retry-after": "7" } }, good, from, "RATE_LIMITED"],
    ["throttling without it", { status: 429 }, good, from, "RATE_LIMITED"],
    ["a service that is away", { status: 503 }, good, from, "SERVER_UNAVAILABLE"],
    ["a body that is too large", { status: 413 }, good, from, "MESSAGE_TOO_LARGE"],
  ];
  for (const [what, trouble, token, address, expected] of refusals)
    test(`names ${what}: ${expected}`, async () => {
      if (trouble) graph.failNext(trouble);
      const failure = await failureOf(submit(options([token], address)));
      assert.equal(failure.code, expected, JSON.stringify(failure));
      if (trouble?.headers) assert.equal(failure.retryAfterMs, 7000);
      assert.ok(!JSON.stringify(failure).includes(token));
    });

  test("does not know what became of a message whose answer was lost", async () => {
    const before = graph.sent.length;
    graph.failNext({ cutOff: true });
    await assert.rejects(submit(options([good])), UncertainError);
    assert.equal(graph.sent.length, before + 1);
  });
});
