import { randomBytes } from "node:crypto";
import { applicationDestination, relayDestination } from "@mailfleet/contracts";
import { type OAuthDouble, startGmailDouble, startOAuthDouble } from "@mailfleet/local/doubles";
import { type givenAlerting, relayPassword, startRelay } from "./given-alerting.ts";
import { startScriptedGraph } from "./scripted-graph.ts";

type Given = Awaited<ReturnType<typeof givenAlerting>>;

/** What a mail server does until it is told otherwise. */
export type Trouble = "throttled" | "unavailable" | "cut off" | null;

/** One way out for notices, with the server at its end. */
export interface Way {
  readonly name: string;
  /** Sets it up and switches notifications on; with a wrong secret where that is asked for. */
  use(options?: { wrong?: boolean }): Promise<unknown>;
  /** What came out at the other end, raw. */
  mails(): readonly string[];
  /** Only one mail is expected where the server keeps what it took before it was cut off. */
  trouble(trouble: Trouble): void;
  /** Codes of the wrong secret and of each trouble. */
  readonly codes: Readonly<Record<"wrong" | "throttled" | "unavailable" | "cut off", string>>;
}

/** The sender of all ways. */
export const sender = "fleet@example.org";
export const recipients = ["admin@example.org", "second@example.org"];
const people = { enabled: true, from: sender, to: recipients };
const sendScope = "https://mail.google.com/";
const tenant = "example.org";

/** Doubles of all providers, and the ways over them. */
export async function startWays(given: Given) {
  const oauth = await startOAuthDouble();
  const knows = (token: string) => oauth.introspect(token);
  const [graph, gmail, relay, tokenRelay] = await Promise.all([
    startScriptedGraph(knows),
    startGmailDouble({ oauth, mailboxes: [sender] }),
    startRelay(await given.freePort()),
    startRelay(await given.freePort(), knows),
  ]);
  oauth.addAccount(sender);
  const client = oauth.addClient();
  const key = oauth.addServiceAccount();
  const stranger = oauth.addServiceAccount();
  oauth.delegate(key.client_id, [sendScope]);
  const wrongSecret = `wr0ng-${randomBytes(8).toString("hex")}`;

  const secretOf = async (text: string) =>
    ({
      kind: "client-secret",
      secret: await given.seal(text, "notify-oauth", applicationDestination(microsoft)),
    }) as const;
  const keyOf = async (json: typeof key) =>
    ({
      kind: "service-account-key",
      secret: await given.seal(JSON.stringify(json), "notify-oauth", applicationDestination(google)),
      serviceAccount: {
        clientEmail: json.client_email,
        projectId: json.project_id,
        keyId: json.private_key_id,
        clientId: json.client_id,
      },
    }) as const;
  const microsoft = {
    provider: "microsoft",
    tenantId: tenant,
    clientId: client.clientId,
    endpoints: { token: oauth.tenant(tenant).token, api: graph.url },
  } as const;
  const google = { provider: "google", endpoints: { token: oauth.endpoints.token, api: gmail.url } } as const;
  const relayAt = (port: number) => ({ host: "127.0.0.1", port, security: "none" }) as const;
  const relayTrouble = (server: typeof relay) => (trouble: Trouble) =>
    server.trouble(
      trouble === "throttled"
        ? { code: 450, words: "4.7.1 rate limit exceeded" }
        : trouble === "unavailable"
          ? { code: 421, words: "4.3.2 not accepting network messages" }
          : trouble,
    );
  const raws = (server: typeof relay) => () => server.mails.map(({ raw }) => raw);
  const smtpCodes = { throttled: "RATE_LIMITED", unavailable: "SERVER_UNAVAILABLE", "cut off": "CONNECTION_LOST" };

  const basic: Way = {
    name: "SMTP with a password",
    use: async ({ wrong } = {}) =>
      given.change(
        { ...people, mode: "smtp", relay: { ...relayAt(relay.port), authentication: "basic" } },
        {
          credentials: {
            username: "notifier",
            password: await given.seal(
              wrong ? wrongSecret : relayPassword,
              "relay-password",
              relayDestination(relayAt(relay.port)),
            ),
          },
        },
      ),
    mails: raws(relay),
    trouble: relayTrouble(relay),
    codes: { ...smtpCodes, wrong: "AUTHENTICATION_REJECTED" },
  };
  const smtpByToken = (name: string, application: typeof microsoft | typeof google, wrongCode: string): Way => ({
    name,
    use: async ({ wrong } = {}) =>
      given.change(
        { ...people, mode: "smtp", relay: { ...relayAt(tokenRelay.port), authentication: "oauth" }, application },
        {
          oauthSecret:
            application.provider === "microsoft"
              ? await secretOf(wrong ? wrongSecret : client.clientSecret)
              : await keyOf(wrong ? stranger : key),
        },
      ),
    mails: raws(tokenRelay),
    trouble: relayTrouble(tokenRelay),
    codes: { ...smtpCodes, wrong: wrongCode },
  });
  const byGraph: Way = {
    name: "Microsoft Graph",
    use: async ({ wrong } = {}) =>
      given.change(
        { ...people, mode: "api", application: microsoft },
        { oauthSecret: await secretOf(wrong ? wrongSecret : client.clientSecret) },
      ),
    mails: () => graph.mails,
    trouble: (trouble) =>
      graph.trouble(
        trouble === "throttled"
          ? { status: 429, code: "ApplicationThrottled", headers: { "retry-after": "2" } }
          : trouble === "unavailable"
            ? { status: 503, code: "ServiceUnavailable" }
            : trouble && { cutOff: true },
      ),
    codes: {
      wrong: "CLIENT_REJECTED",
      throttled: "RATE_LIMITED",
      unavailable: "SERVER_UNAVAILABLE",
      "cut off": "CONNECTION_LOST",
    },
  };
  const byGmail: Way = {
    name: "the Gmail API",
    use: async ({ wrong } = {}) =>
      given.change(
        { ...people, mode: "api", application: google },
        { oauthSecret: await keyOf(wrong ? stranger : key) },
      ),
    mails: () => gmail.sent(sender).map(({ raw }) => raw.toString()),
    trouble: (trouble) => {
      if (trouble === null) return;
      const path = "messages/send";
      if (trouble === "throttled") gmail.failNext({ path, reason: "tooManyRequests", headers: { "retry-after": "2" } });
      else gmail.failNext(trouble === "cut off" ? { path, cutOff: true } : { path, status: 503 });
    },
    codes: {
      wrong: "DELEGATION_MISSING",
      throttled: "RATE_LIMITED",
      unavailable: "SERVER_UNAVAILABLE",
      "cut off": "CONNECTION_LOST",
    },
  };
  return {
    oauth: oauth as OAuthDouble,
    graph,
    relay,
    key,
    sendScope,
    ways: {
      basic,
      smtpMicrosoft: smtpByToken("SMTP with a token of Microsoft's", microsoft, "CLIENT_REJECTED"),
      smtpGoogle: smtpByToken("SMTP with a token of Google's", google, "DELEGATION_MISSING"),
      byGraph,
      byGmail,
    },
    /** Whatever must be in no log, alert or answer. */
    secrets: () => [
      relayPassword,
      wrongSecret,
      client.clientSecret,
      ...[key, stranger].map(({ private_key }) => private_key.split("\n")[5] ?? private_key),
      ...graph.tokens,
      ...tokenRelay.tokens,
    ],
    stop: () => Promise.allSettled([oauth, graph, gmail, relay, tokenRelay].map((server) => server.stop())),
  };
}
