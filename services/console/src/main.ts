import { connectBus } from "@mailfleet/bus";
import { streams } from "@mailfleet/contracts";
import { Histogram, runProcess } from "@mailfleet/kit";
import { loadSealer } from "@mailfleet/secrets";
import { connectStore, createTokenRepository, isOutage } from "@mailfleet/store";
import { z } from "zod";
import { startConsole } from "./app.ts";
import { ensureFirstToken } from "./first-token.ts";
import { oauthSecretReader } from "./oauth-secret-reader.ts";
import { createSignInLimit } from "./sign-in-limit.ts";

/** Scheme, host and port: pages and the redirect URI are below it. */
const PublicUrl = z
  .url({ protocol: /^https?$/, error: "must be an http or https URL" })
  .refine(
    (text) => new URL(text).href === `${new URL(text).origin}/`,
    "must have no path, query, fragment or user name",
  )
  .transform((text) => new URL(text).origin);

const isLoopback = (host: string) => host === "localhost" || host === "::1" || /^127\./.test(host);

runProcess({
  name: "console",
  environment: {
    /** Where the API listens; loopback unless said otherwise. */
    MAILFLEET_CONSOLE_HOST: z.string().default("127.0.0.1"),
    MAILFLEET_CONSOLE_PORT: z.coerce.number().int().min(0).max(65535).default(8480),
    /** Where browsers reach the console: links to sign in and the redirect URI begin with it. Default: where it listens. */
    MAILFLEET_CONSOLE_URL: PublicUrl.optional(),
    /** Public key that seals secrets of mailboxes and profiles. */
    MAILFLEET_SEAL_KEY: z.string(),
    /** Public key that seals secrets of the notification mail server. */
    MAILFLEET_NOTIFY_SEAL_KEY: z.string(),
    /** The first administrator token is written to this file, once. */
    MAILFLEET_ADMIN_TOKEN_FILE: z.string(),
    /** `true` where something in front of the console speaks TLS. */
    MAILFLEET_ALLOW_PLAIN_HTTP: z.stringbool().default(false),
  },
  start: async ({ name, environment, logger, metrics, addReadiness, now, failPoint }) => {
    const [sealer, notifySealer] = await Promise.all([
      loadSealer(environment.sealKey),
      loadSealer(environment.notifySealKey),
    ]);
    const [bus, store] = await Promise.all([
      connectBus({
        url: environment.natsUrl,
        name,
        streamReplicas: environment.streamReplicas,
        logger,
        failPoint,
        isOutage,
      }),
      connectStore({ url: environment.mongoUrl, database: environment.mongoDb, appName: name, logger }),
    ]);
    addReadiness("nats", () => bus.health());
    addReadiness("mongodb", () => store.health());
    await bus.declare([streams.FACTS], []);
    const tokens = await createTokenRepository(store);
    await ensureFirstToken({ file: environment.adminTokenFile, tokens, logger, now });
    const served = new Histogram({
      name: "mailfleet_http_request_seconds",
      help: "Time until an answer of the HTTP API was sent",
      labelNames: ["method", "route", "status"],
      registers: [metrics],
    });
    const secretsAllowed = environment.allowPlainHttp || isLoopback(environment.consoleHost);
    const app = await startConsole(
      {
        bus,
        tokens,
        sealer,
        notifySealer,
        oauthSecrets: oauthSecretReader,
        logger,
        now,
        secretsAllowed,
        signInLimit: createSignInLimit(now),
        isOutage,
      },
      {
        host: environment.consoleHost,
        port: environment.consolePort,
        ...(environment.consoleUrl === undefined ? {} : { publicUrl: environment.consoleUrl }),
        onServed: ({ method, route, status, seconds }) => served.observe({ method, route, status }, seconds),
      },
    );
    return {
      port: app.port,
      stop: async () => {
        await app.stop();
        await bus.stop();
        await store.close();
      },
    };
  },
});
