import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "@mailfleet/contracts";
import { context, propagation, trace } from "@opentelemetry/api";
import type { SpanExporter } from "@opentelemetry/sdk-trace";
import type { Registry } from "prom-client";
import { metricsOf } from "./metrics-of.ts";

/** Where traces go, and who they are from. */
export interface TracingOptions {
  /** Of a collector that takes OTLP over HTTP, without the path. */
  readonly url: string;
  /** The share of traces that is kept, 0 to 1; a trace that another service began is kept as it decided. */
  readonly ratio: number;
  readonly service: string;
  readonly replica?: string | undefined;
  readonly logger: Logger;
  readonly metrics: Registry;
}

/** Spans that wait for the collector: when it is away, further ones are dropped. About 4 MB. */
const queue = { maxQueueSize: 4096, maxExportBatchSize: 512, scheduledDelayMillis: 1000 } as const;
/** One request to the collector, repetitions included. */
const exportMs = 5000;
/** At a shutdown the collector has this time to take what waits. */
const flushMs = 1500;

/**
 * Loads the SDK and sends spans in the background from now on, for the whole process: work never waits for the collector.
 * `stop` sends what waits, within 1.5 s, and never throws.
 */
export async function startTracing(options: TracingOptions): Promise<{ stop(): Promise<void> }> {
  const [sdk, otlp, hooks, core, resources] = await Promise.all([
    import("@opentelemetry/sdk-trace"),
    import("@opentelemetry/exporter-trace-otlp-http"),
    import("@opentelemetry/context-async-hooks"),
    import("@opentelemetry/core"),
    import("@opentelemetry/resources"),
  ]);
  const { url, ratio, service, replica } = options;
  const exporter = told(new otlp.OTLPTraceExporter({ url: tracesUrl(url), timeoutMillis: exportMs }), options);
  const provider = new sdk.TracerProvider({
    sampler: new sdk.ParentBasedSampler({ root: new sdk.TraceIdRatioBasedSampler(ratio) }),
    resource: resources.resourceFromAttributes({
      "service.namespace": "mailfleet",
      "service.name": `mailfleet-${service}`,
      ...(replica !== undefined && { "service.instance.id": replica }),
    }),
    spanProcessors: [new sdk.BatchSpanProcessor({ exporter, ...queue })],
  });
  context.setGlobalContextManager(new hooks.AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new core.W3CTraceContextPropagator());
  trace.setGlobalTracerProvider(provider);
  return {
    stop: async () => {
      await Promise.race([provider.shutdown().catch(() => {}), sleep(flushMs)]);
    },
  };
}

function tracesUrl(url: string): string {
  return `${url.replace(/\/+$/, "")}/v1/traces`;
}

/** Counts what the collector took and did not take, and says each change once. */
function told(exporter: SpanExporter, { url, logger, metrics }: TracingOptions): SpanExporter {
  const spans = metricsOf(metrics).counter(
    "mailfleet_trace_spans_total",
    "Spans of traces, by whether the collector took them",
    "outcome",
  );
  let failing = false;
  return {
    export: (batch, done) =>
      exporter.export(batch, (result) => {
        const failed = result.code !== 0;
        spans.inc({ outcome: failed ? "lost" : "sent" }, batch.length);
        if (failed && !failing) logger.warn({ url, reason: result.error?.message }, "the collector takes no traces");
        if (!failed && failing) logger.info({ url }, "the collector takes traces again");
        failing = failed;
        done(result);
      }),
    shutdown: () => exporter.shutdown(),
  };
}
