import assert from "node:assert/strict";
import type { startOtlpReceiver } from "@mailfleet/local/testing";
import { holds } from "./holds.ts";

type Receiver = Awaited<ReturnType<typeof startOtlpReceiver>>;
type Span = Receiver["spans"][number];

const titleOf = ({ service, name }: Span) => `${service.replace("mailfleet-", "")}: ${name}`;

/** Waits for a trace that holds a span of each of these titles, `<service>: <name>`; the first is where it begins. */
export async function traceWith(receiver: Receiver, ...titles: readonly string[]): Promise<readonly Span[]> {
  let found: readonly Span[] = [];
  await holds(async () => {
    const begun = receiver.spans.filter((span) => span.parentSpanId === undefined && titleOf(span) === titles[0]);
    const traces = begun.map(({ traceId }) => receiver.spans.filter((span) => span.traceId === traceId));
    const lacks = traces.map((trace) => titles.filter((title) => !trace.some((span) => titleOf(span) === title)));
    const whole = traces.find((_, at) => lacks[at]?.length === 0);
    assert.ok(whole, `${traces.length} traces begin so; the last one lacks ${lacks.at(-1)?.join(", ")}`);
    const ids = new Set(whole.map(({ spanId }) => spanId));
    const orphans = whole.filter(({ parentSpanId }) => parentSpanId !== undefined && !ids.has(parentSpanId));
    assert.deepEqual(orphans.map(titleOf), [], "the trace is broken before these");
    found = whole;
  });
  return found;
}

/** The way from the beginning of a trace to the first span of this title. */
export function wayTo(trace: readonly Span[], title: string): readonly string[] {
  const way: string[] = [];
  for (let span = trace.find((one) => titleOf(one) === title); span; ) {
    way.unshift(titleOf(span));
    const { parentSpanId }: Span = span;
    span = trace.find(({ spanId }) => spanId === parentSpanId);
  }
  return way;
}
