import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { keepOutput } from "./kept-output.ts";

/** A span as it arrived. */
export interface ReceivedSpan {
  readonly service: string;
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly attributes: Readonly<Record<string, string | number>>;
  readonly failed: boolean;
  /** Traces that it belongs to besides its own. */
  readonly links: readonly string[];
}

/** A collector of traces for tests. */
export interface OtlpReceiver {
  /** For `MAILFLEET_OTLP_URL`. */
  readonly url: string;
  readonly spans: readonly ReceivedSpan[];
  /** From now on requests wait for `release`. */
  hold(): void;
  release(): void;
  stop(): Promise<void>;
}

interface Value {
  readonly stringValue?: string;
  readonly intValue?: number | string;
  readonly doubleValue?: number;
}
type Attributes = readonly { readonly key: string; readonly value: Value }[];
interface Sent {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: Attributes };
    readonly scopeSpans: readonly {
      readonly spans: readonly {
        readonly name: string;
        readonly traceId: string;
        readonly spanId: string;
        readonly parentSpanId?: string;
        readonly attributes: Attributes;
        readonly links?: readonly { readonly traceId: string }[];
        readonly status?: { readonly code?: number };
      }[];
    }[];
  }[];
}

/** The specification's status of a span that failed. */
const errorStatus = 2;

/**
 * Takes OTLP over HTTP in its JSON form (OpenTelemetry Protocol 1.x, `POST /v1/traces`). What arrives counts as output, so the
 * test run looks for secrets in it.
 */
export async function startOtlpReceiver(): Promise<OtlpReceiver> {
  const spans: ReceivedSpan[] = [];
  let held: PromiseWithResolvers<void> | null = null;
  const take = async (request: IncomingMessage, response: ServerResponse) => {
    const body = (await request.setEncoding("utf8").toArray()).join("");
    await held?.promise;
    keepOutput("spans", body);
    spans.push(...read(JSON.parse(body) as Sent));
    response.writeHead(200, { "content-type": "application/json" }).end("{}");
  };
  const server = createServer((request, response) => {
    if (request.method === "POST" && request.url === "/v1/traces")
      take(request, response).catch(() => response.destroy());
    else response.writeHead(404).end();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const release = () => {
    held?.resolve();
    held = null;
  };
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    hold: () => {
      held ??= Promise.withResolvers();
    },
    release,
    stop: async () => {
      release();
      server.close();
      server.closeAllConnections();
      if (server.listening) await once(server, "close");
    },
  };
}

function read({ resourceSpans }: Sent): ReceivedSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const service = String(plain(resource.attributes)["service.name"]);
    return scopeSpans.flatMap((scope) =>
      scope.spans.map(({ name, traceId, spanId, parentSpanId, attributes, links = [], status }) => ({
        ...{ service, name, traceId, spanId },
        parentSpanId: parentSpanId || undefined,
        attributes: plain(attributes),
        failed: status?.code === errorStatus,
        links: links.map((link) => link.traceId),
      })),
    );
  });
}

function plain(attributes: Attributes): Record<string, string | number> {
  return Object.fromEntries(
    attributes.map(({ key, value }) => [key, value.stringValue ?? Number(value.intValue ?? value.doubleValue)]),
  );
}
