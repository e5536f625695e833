import {
  type Attributes,
  type Context,
  context,
  INVALID_TRACEID,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from "@opentelemetry/api";
import { headerNames } from "./envelope.ts";
import { FailureError } from "./failure.ts";
import { ProblemError } from "./problem.ts";

/**
 * Everything that a span says beside its name, by the attribute that it becomes. Ids, names and numbers of our own: nothing
 * that a person or a mail server wrote is among them, so no secret can be.
 */
const attributeNames = {
  mailbox: "mailfleet.mailbox",
  send: "mailfleet.send",
  direction: "mailfleet.direction",
  purpose: "mailfleet.purpose",
  protocol: "mailfleet.protocol",
  attempt: "mailfleet.attempt",
  outcome: "mailfleet.outcome",
  /** How many messages a span stands for. */
  count: "mailfleet.count",
  correlation: "mailfleet.correlation",
  host: "server.address",
  port: "server.port",
  consumer: "messaging.consumer.group.name",
  method: "http.request.method",
  route: "http.route",
  status: "http.response.status_code",
  /** A code of a failure or problem, or the name of an error: the span failed. */
  code: "error.type",
} as const;

/** What a span may say. */
export type SpanFields = { readonly [Field in keyof typeof attributeNames]?: string | number | undefined };

const kinds = {
  inside: SpanKind.INTERNAL,
  asks: SpanKind.CLIENT,
  answers: SpanKind.SERVER,
  publishes: SpanKind.PRODUCER,
  consumes: SpanKind.CONSUMER,
} as const;

/** How a span begins. */
export interface SpanOptions extends SpanFields {
  readonly kind?: keyof typeof kinds;
  /** The `traceparent` that it belongs under; `null`: a trace begins. Absent: what is under way here. */
  readonly from?: string | null;
  /** Of a batch: the `traceparent` of what is in it; the first 32 are kept. */
  readonly links?: readonly (string | undefined)[];
}

const tracer = trace.getTracer("mailfleet");
const mostLinks = 32;

/**
 * Does a piece of work as a span of a trace. `say` adds what is known only later; an error ends the span with its code.
 * While no process-wide tracing is set up, it only does the work.
 */
export function span<Result>(
  name: string,
  options: SpanOptions,
  work: (say: (fields: SpanFields) => void) => Promise<Result>,
): Promise<Result> {
  const { kind = "inside", from, links, ...fields } = options;
  const parent = from === undefined ? context.active() : contextOf(from);
  const one = tracer.startSpan(name, { kind: kinds[kind], ...(links && { links: linksTo(links) }) }, parent);
  if (isOff(one)) return work(unheard);
  const say = (more: SpanFields) => tell(one, more);
  say(fields);
  return context.with(trace.setSpan(parent, one), async () => {
    try {
      return await work(say);
    } catch (error) {
      say({ code: codeOf(error) });
      throw error;
    } finally {
      one.end();
    }
  });
}

/** The same where a trace is under way; elsewhere only the work: nobody looks for a step that belongs to nothing. */
export function innerSpan<Result>(
  name: string,
  options: SpanOptions,
  work: (say: (fields: SpanFields) => void) => Promise<Result>,
): Promise<Result> {
  return trace.getSpan(context.active()) ? span(name, options, work) : work(unheard);
}

/** Begins a trace with something that is over already; `began`: milliseconds since the epoch, else now. Its `traceparent`. */
export function moment(
  name: string,
  { began, ...fields }: SpanFields & { readonly began?: number },
): string | undefined {
  const one = tracer.startSpan(name, began === undefined ? {} : { startTime: began }, ROOT_CONTEXT);
  if (isOff(one)) return undefined;
  tell(one, fields);
  one.end();
  return written(trace.setSpan(ROOT_CONTEXT, one));
}

/** Begins work that goes on when the span under way is long over, and belongs to none: loops, kept connections. */
export function apart<Result>(work: () => Result): Result {
  return context.with(ROOT_CONTEXT, work);
}

/** W3C `traceparent` of the span under way, for a message or a document. `undefined`: there is none. */
export function traceparent(): string | undefined {
  return written(context.active());
}

/** The span under way as log lines name it; empty: there is none. */
export function traceIds(): { readonly trace_id?: string; readonly span_id?: string } {
  const one = trace.getSpan(context.active());
  if (!one || isOff(one)) return {};
  const { traceId, spanId } = one.spanContext();
  return { trace_id: traceId, span_id: spanId };
}

const unheard = () => {};

function isOff(one: Span): boolean {
  return one.spanContext().traceId === INVALID_TRACEID;
}

function contextOf(parent: string | null): Context {
  return parent === null ? ROOT_CONTEXT : propagation.extract(ROOT_CONTEXT, { [headerNames.traceparent]: parent });
}

function written(of: Context): string | undefined {
  const carrier: Record<string, string> = {};
  propagation.inject(of, carrier);
  return carrier[headerNames.traceparent];
}

function linksTo(links: readonly (string | undefined)[]) {
  return links.slice(0, mostLinks).flatMap((one) => {
    const linked = one === undefined ? undefined : trace.getSpanContext(contextOf(one));
    return linked ? [{ context: linked }] : [];
  });
}

function tell(one: Span, fields: SpanFields): void {
  if (!one.isRecording()) return;
  const attributes: Attributes = {};
  for (const [name, value] of Object.entries(fields))
    if (value !== undefined) attributes[attributeNames[name as keyof SpanFields]] = value;
  one.setAttributes(attributes);
  if (fields.code !== undefined) one.setStatus({ code: SpanStatusCode.ERROR });
}

function codeOf(error: unknown): string {
  if (error instanceof ProblemError) return error.problem.code;
  if (error instanceof FailureError) return error.failure.code;
  return error instanceof Error ? error.name : "unknown";
}
