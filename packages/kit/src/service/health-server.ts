import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { monitorEventLoopDelay } from "node:perf_hooks";
import type { Registry } from "prom-client";
import type { Readiness } from "./readiness.ts";

/** Where a service is in its life. */
export type Lifecycle = "starting" | "running" | "draining";

/** What the health server shows. */
export interface HealthServerOptions {
  readonly host: string;
  readonly port: number;
  readonly lifecycle: () => Lifecycle;
  readonly readiness: Readiness;
  readonly metrics: Registry;
}

/** A mean delay above this in the last window means that the process does nothing else in time either. */
const unbearableDelayMs = 1000;
const windowMs = 10_000;

/**
 * `/livez`: the event loop turns; 503 tells an orchestrator to restart. `/readyz`: every part is ready, else 503 and a
 * JSON body that says which is not. `/metrics`: Prometheus text. Waiting for an engine is live but not ready.
 */
export async function startHealthServer(options: HealthServerOptions): Promise<{ port: number; close(): void }> {
  const delay = monitorEventLoopDelay({ resolution: 20 });
  delay.enable();
  const window = setInterval(() => delay.reset(), windowMs).unref();

  const routes: Readonly<Record<string, (response: ServerResponse) => Promise<void> | void>> = {
    "/livez": (response) => {
      const meanDelayMs = milliseconds(delay, "mean");
      const live = meanDelayMs < unbearableDelayMs;
      answer(response, live ? 200 : 503, {
        live,
        lifecycle: options.lifecycle(),
        eventLoopDelayMs: { mean: meanDelayMs, max: milliseconds(delay, "max") },
      });
    },
    "/readyz": async (response) => {
      const report = await options.readiness.report();
      if (report.ready) answer(response, 200, report);
      else answer(response, 503, { ...report, runbook: "docs/runbooks/MailfleetServiceNotReady.md" });
    },
    "/metrics": async (response) => {
      const text = await options.metrics.metrics();
      response.writeHead(200, { "content-type": options.metrics.contentType }).end(text);
    },
  };

  const server = createServer((request, response) => {
    const route = routes[(request.url ?? "").split("?")[0] ?? ""];
    if (!route || (request.method !== "GET" && request.method !== "HEAD"))
      return answer(response, 404, { error: "there are /livez, /readyz and /metrics" });
    Promise.resolve()
      .then(() => route(response))
      .catch((error: unknown) => answer(response, 500, { error: String(error) }));
  });
  server.requestTimeout = 10_000;
  server.unref();
  const port = await listen(server, options.port, options.host);
  return {
    port,
    close: () => {
      clearInterval(window);
      delay.disable();
      server.close();
      server.closeAllConnections();
    },
  };
}

function answer(response: ServerResponse, status: number, body: object): void {
  if (response.headersSent) return;
  response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store" });
  response.end(JSON.stringify(body));
}

/** Nanoseconds to whole milliseconds; NaN before the first sample. */
function milliseconds(delay: ReturnType<typeof monitorEventLoopDelay>, what: "mean" | "max"): number {
  const value = delay.count ? delay[what] / 1e6 : 0;
  return Math.round(value);
}

function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port));
  });
}
