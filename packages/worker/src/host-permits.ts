import type { Permits } from "@mailfleet/kit";
import type { RunMetrics } from "./metrics.ts";

const prefix = "host:";

/** The same permits, counted by host for as long as this process holds them. A host without one is no series. */
export function countedByHost(permits: Permits, { heldByHost }: Pick<RunMetrics, "heldByHost">): Permits {
  const counts = new Map<string, number>();
  const add = (host: string, difference: 1 | -1) => {
    const count = (counts.get(host) ?? 0) + difference;
    if (count > 0) {
      counts.set(host, count);
      heldByHost.set({ host }, count);
    } else {
      counts.delete(host);
      heldByHost.remove({ host });
    }
  };
  return {
    async take(keys) {
      const permit = await permits.take(keys);
      const host = keys.findLast(({ key }) => key.startsWith(prefix))?.key.slice(prefix.length);
      if (!permit || host === undefined) return permit;
      add(host, 1);
      let counted = true;
      const gone = () => {
        if (counted) add(host, -1);
        counted = false;
      };
      permit.signal.addEventListener("abort", gone, { once: true });
      return {
        signal: permit.signal,
        get wanted() {
          return permit.wanted;
        },
        get awaited() {
          return permit.awaited;
        },
        give() {
          gone();
          return permit.give();
        },
      };
    },
  };
}
