import { join } from "node:path";
import { BusOutage, connectBus } from "@mailfleet/bus";
import { createGuardedFetch, readPrivateNetworks, readProxy } from "@mailfleet/http";
import { metricsOf, runService, usualSeconds } from "@mailfleet/kit";
import { loadSealer } from "@mailfleet/secrets";
import { connectStore, isOutage as isStoreOutage } from "@mailfleet/store";
import { readOpenId } from "./admin-page/open-id.ts";
import { readPageFiles } from "./admin-page/page-files.ts";
import { answerWhileWaiting } from "./http/answer-while-waiting.ts";
import { startConsole } from "./http/console-app.ts";
import { oauthSecretReader } from "./secret/oauth-secret-reader.ts";
import { consoleService } from "./service.ts";
import { createSignInLimit } from "./sign-in/sign-in-limit.ts";
import { ensureFirstToken } from "./token/first-token.ts";
import { createTokenRepository } from "./token/store.ts";

const isLoopback = (host: string) => host === "localhost" || host === "::1" || /^127\./.test(host);

runService(consoleService, async ({ name, environment, logger, metrics, addReadiness, now, failPoint }) => {
  const { natsUrl, natsNkeyFile, mongoUrl, mongoDb, consoleHost, consolePort, consoleUrl } = environment;
  const isOutage = (error: unknown) => isStoreOutage(error) || error instanceof BusOutage;
  const privateNetworks = readPrivateNetworks(environment.allowedPrivateNetworks);
  const fetch = createGuardedFetch({ privateNetworks, proxy: await readProxy(environment) });
  const openId = await readOpenId(environment, fetch, now);
  const [sealer, notifySealer, pageFiles, bus, store] = await Promise.all([
    loadSealer(environment.sealKey),
    loadSealer(environment.notifySealKey),
    readPageFiles(join(import.meta.dirname, "dist")),
    connectBus({ url: natsUrl, nkeyFile: natsNkeyFile, name, logger, failPoint, isOutage, addReadiness }),
    connectStore({ url: mongoUrl, database: mongoDb, appName: name, logger, addReadiness }),
  ]);
  const tokens = createTokenRepository(store);
  const served = metricsOf(metrics).histogram(
    "mailfleet_http_request_seconds",
    "Time until an answer of the HTTP API was sent",
    usualSeconds,
    "method",
    "route",
    "status",
  );
  return {
    bus,
    store,
    ports: {
      tokens,
      sealer,
      notifySealer,
      oauthSecrets: oauthSecretReader,
      secretsAllowed: environment.allowPlainHttp || isLoopback(consoleHost),
      signInLimit: createSignInLimit(now),
      openId,
      pageFiles,
      isOutage,
    },
    open: async (ports) => {
      await ensureFirstToken({ file: environment.adminTokenFile, tokens, logger, now });
      return startConsole(ports, {
        host: consoleHost,
        port: consolePort,
        drainMs: environment.consoleDrainMs,
        ...(consoleUrl === undefined ? {} : { publicUrl: consoleUrl }),
        onServed: ({ method, route, status, seconds }) => served.observe({ method, route, status }, seconds),
      });
    },
    whileWaiting: (reason) => answerWhileWaiting(reason, { host: consoleHost, port: consolePort }),
    close: async () => void (await Promise.all([store.close(), fetch.close()])),
  };
});
