import assert from "node:assert/strict";
import { type Bus, connectBus, type RequestHandlers } from "@mailfleet/bus";
import { makeStreams } from "@mailfleet/bus/topology";
import type { Logger, Role, Sealed, Secret } from "@mailfleet/contracts";
import { wantedBy } from "@mailfleet/kit";
import { startMongo, startNats } from "@mailfleet/local/testing";
import type { Sealer } from "@mailfleet/secrets";
import { connectStore, isOutage, makeCollections } from "@mailfleet/store";
import { type ConsoleApp, type ConsoleOptions, startConsole } from "../http/console-app.ts";
import { problemsOf } from "../http/route-problems.ts";
import { allRoutes } from "../http/routes.ts";
import type { ConsolePorts, OAuthSecretReader } from "../ports.ts";
import { consoleService } from "../service.ts";
import { createSignInLimit } from "../sign-in/sign-in-limit.ts";
import { createTokenRepository, type StoredToken, type TokenRepository } from "../token/store.ts";
import { hashToken, newTokenSecret } from "../token/token-secret.ts";

/** A log that can be searched. */
export interface KeptLog extends Logger {
  readonly lines: string[];
}

export function keptLog(): KeptLog {
  const lines: string[] = [];
  const keep = (context: object, message: string) => {
    lines.push(`${message} ${JSON.stringify(context)}`);
  };
  const log: KeptLog = { lines, debug: keep, info: keep, warn: keep, error: keep, child: () => log };
  return log;
}

/** Marks what it would seal, so that a test sees where it went. Sealing itself is tested where it lives. */
export const markingSealer: Sealer = {
  seal: async (secret: Secret, aad: string): Promise<Sealed> => ({
    protected: "p",
    encrypted_key: "k",
    iv: "i",
    ciphertext: `sealed:${secret.reveal().length}`,
    tag: "t",
    aad,
  }),
};

/** Takes every key and certificate as it comes: checking them is tested where it lives. */
export const echoingReader: OAuthSecretReader = {
  serviceAccountKey: async (text) => ({
    text,
    shown: { clientEmail: "robot@example.org", projectId: "project-1", keyId: "key-1", clientId: "1234567890" },
  }),
  clientCertificate: async (text) => ({ text, thumbprint: "t".repeat(43), expiresAt: 1_900_000_000_000 }),
};

/** Where the secrets of every profile go here. */
export const destinations = {
  inbound: "imap mail.example.org:993",
  outbound: "smtp mail.example.org:465",
  token: "https://oauth2.googleapis.com",
} as const;

/** The console on real engines with stand-ins for the other services. */
export interface ConsoleUnderTest {
  readonly app: ConsoleApp;
  /** Of everybody else: it may do everything. */
  readonly bus: Bus;
  readonly tokens: TokenRepository;
  readonly log: KeptLog;
  /** A bearer token of this role. */
  tokenFor(role: Role, more?: Partial<Pick<StoredToken, "mailboxIds" | "ownerships" | "expiresAt">>): Promise<string>;
  /** Sends a request as administrator and gives status, headers and body. */
  send(
    method: string,
    path: string,
    options?: { body?: unknown; headers?: Record<string, string>; token?: string | null },
  ): Promise<{ status: number; headers: Headers; body: Record<string, unknown> }>;
  stop(): Promise<void>;
}

const routes = allRoutes();

/** A refusal has a code that the OpenAPI document names for this call. */
function assertDocumented(method: string, path: string, code: unknown): void {
  const asked = path.split("?")[0]?.split("/") ?? [];
  const score = (pattern: string[]) => pattern.filter((part) => part.startsWith(":")).length;
  const [route] = routes
    .filter((one) => one.method === method)
    .map((one) => ({ one, pattern: one.path.split("/") }))
    .filter(({ pattern }) => pattern.length === asked.length && pattern.every((p, n) => p[0] === ":" || p === asked[n]))
    .toSorted((a, b) => score(a.pattern) - score(b.pattern));
  if (route && typeof code === "string")
    assert.ok(
      problemsOf(route.one).some((known) => known === code),
      `${method} ${route.one.path} is refused with ${code}, which its description does not name`,
    );
}

/** Starts engines, stand-ins and the console. Whoever starts it calls `stop`. */
export async function startConsoleUnderTest(
  handlers: RequestHandlers,
  options: Partial<ConsoleOptions> &
    Partial<Pick<ConsolePorts, "secretsAllowed" | "now" | "oauthSecrets" | "openId" | "pageFiles">> = {},
): Promise<ConsoleUnderTest> {
  const [nats, mongo] = await Promise.all([startNats(), startMongo()]);
  const log = keptLog();
  const bus = await connectBus({ ...nats.signIn("console"), name: "console", logger: log, isOutage });
  await makeStreams(nats.signIn("topology"));
  const others = await connectBus({ url: nats.url, name: "others-test", logger: log, isOutage: () => false });
  await others.respond({
    "config.profile.destinations": async ({ new: made, change }) => ({
      projectId: (made ?? change)?.oauth?.projectId ?? "project-7",
      to: {
        inboundCredentials: destinations.inbound,
        outboundCredentials: destinations.outbound,
        oauthSecret: destinations.token,
      },
    }),
    "config.mailbox.destinations": async () => ({ to: { credentials: destinations } }),
    ...handlers,
  });
  const connect = (url: string) => connectStore({ url, database: mongo.dbName, appName: "console-test", logger: log });
  const topology = await connect(mongo.urlOf("topology"));
  await makeCollections(topology, wantedBy(consoleService).collections);
  await topology.close();
  const store = await connect(mongo.urlOf("console"));
  const tokens = createTokenRepository(store);
  const now = options.now ?? Date.now;
  const ports: Omit<ConsolePorts, "consoleUrl"> = {
    bus,
    tokens,
    sealer: markingSealer,
    notifySealer: markingSealer,
    logger: log,
    oauthSecrets: options.oauthSecrets ?? echoingReader,
    now,
    secretsAllowed: options.secretsAllowed ?? true,
    openId: options.openId ?? null,
    pageFiles: options.pageFiles ?? null,
    signInLimit: createSignInLimit(now),
    isOutage,
  };
  const app = await startConsole(ports, { host: "127.0.0.1", port: 0, ...options });
  const tokenFor = async (
    role: Role,
    more: Partial<Pick<StoredToken, "mailboxIds" | "ownerships" | "expiresAt">> = {},
  ) => {
    const secret = newTokenSecret();
    const id = `tk_${hashToken(secret).slice(0, 12)}`;
    const ownerships = more.mailboxIds && Object.fromEntries(more.mailboxIds.map((mailbox) => [mailbox, 1]));
    const known = { id, name: role, role, hash: hashToken(secret), createdAt: 0, lastUsedAt: null };
    await tokens.insert({ ...known, ...(ownerships ? { ownerships } : {}), ...more });
    return secret;
  };
  const administrator = await tokenFor("administrator");
  return {
    app,
    bus: others,
    tokens,
    log,
    tokenFor,
    stop: async () => {
      await app.stop();
      await Promise.all([bus.stop(), others.stop()]);
      await store.close();
      await Promise.all([nats.stop(), mongo.stop()]);
    },
    send: async (method, path, { body, headers, token = administrator } = {}) => {
      const response = await fetch(`${app.url}/api/v1${path}`, {
        method,
        headers: {
          ...(token === null ? {} : { authorization: `Bearer ${token}` }),
          ...(body === undefined ? {} : { "content-type": "application/json" }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
      });
      const text = await response.text();
      const json = response.headers.get("content-type")?.includes("json") ?? false;
      const answer = json ? JSON.parse(text) : { text };
      if (response.status >= 400) assertDocumented(method, path, answer.code);
      return { status: response.status, headers: response.headers, body: answer };
    },
  };
}
