/** What is used of OpenTelemetry's SDK. Its packages are optional: this compiles, and every service runs, without them. */
declare module "@opentelemetry/sdk-trace" {
  export interface SpanExporter {
    export(spans: readonly unknown[], done: (result: { readonly code: number; readonly error?: Error }) => void): void;
    shutdown(): Promise<void>;
  }
  type Sampler = { readonly description?: string };
  export const TraceIdRatioBasedSampler: new (ratio: number) => Sampler;
  export const ParentBasedSampler: new (options: { readonly root: Sampler }) => Sampler;
  export const BatchSpanProcessor: new (options: {
    readonly exporter: SpanExporter;
    readonly maxQueueSize: number;
    readonly maxExportBatchSize: number;
    readonly scheduledDelayMillis: number;
  }) => object;
  export const TracerProvider: new (options: {
    readonly sampler: Sampler;
    readonly resource: object;
    readonly spanProcessors: readonly object[];
  }) => import("@opentelemetry/api").TracerProvider & { shutdown(): Promise<void> };
}
declare module "@opentelemetry/exporter-trace-otlp-http" {
  export const OTLPTraceExporter: new (options: {
    readonly url: string;
    readonly timeoutMillis: number;
  }) => import("@opentelemetry/sdk-trace").SpanExporter;
}
declare module "@opentelemetry/context-async-hooks" {
  export const AsyncLocalStorageContextManager: new () => import("@opentelemetry/api").ContextManager & {
    enable(): import("@opentelemetry/api").ContextManager;
  };
}
declare module "@opentelemetry/core" {
  export const W3CTraceContextPropagator: new () => import("@opentelemetry/api").TextMapPropagator;
}
declare module "@opentelemetry/resources" {
  export function resourceFromAttributes(attributes: Readonly<Record<string, string>>): object;
}
