import { type Counted, type RequestArguments, type Throughput, throughputSlots } from "@mailfleet/contracts";
import type { Particular } from "../http/noun-routes.ts";
import type { Call } from "../http/route.ts";

type Query = Pick<RequestArguments<"inbound-sync.throughput.count">, "by"> & { readonly last: number };

/** One item for each slot, the oldest first, the present one last; where nothing was counted there was nothing. */
export function slotsOf(
  { by, last }: Query,
  now: number,
  { inbound, outbound }: Readonly<Record<"inbound" | "outbound", readonly Counted[]>>,
): Throughput[] {
  const { ms } = throughputSlots[by];
  const [ofInbound, ofOutbound] = [inbound, outbound].map((all) => new Map(all.map((one) => [one.at, one])));
  const mean = (one: Counted | undefined) => (one && one.messages > 0 ? Math.round(one.delayMs / one.messages) : null);
  return Array.from({ length: last }, (_, n) => {
    const at = firstSlot({ by, last }, now) + n * ms;
    const [received, sent] = [ofInbound?.get(at), ofOutbound?.get(at)];
    return {
      ...{ at, received: received?.messages ?? 0, sent: sent?.messages ?? 0, failed: sent?.failed ?? 0 },
      ...{ receivedDelayMs: mean(received), sentDelayMs: mean(sent) },
    };
  });
}

function firstSlot({ by, last }: Query, now: number): number {
  const { ms } = throughputSlots[by];
  return Math.max(0, now - (now % ms) - (last - 1) * ms);
}

async function show({ ask, now }: Pick<Call, "ask" | "now">, query: Query): Promise<{ items: Throughput[] }> {
  const at = now();
  const asked = { by: query.by, since: firstSlot(query, at) };
  const [inbound, outbound] = await Promise.all([
    ask("inbound-sync.throughput.count", asked),
    ask("outbound-send.throughput.count", asked),
  ]);
  return { items: slotsOf(query, at, { inbound: inbound.items, outbound: outbound.items }) };
}

/** What is particular about throughput: the console asks those who receive and those who send. */
export const throughputParticular: Particular = { answers: { show } };
