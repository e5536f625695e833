import { setTimeout as sleep } from "node:timers/promises";
import { Counter, Gauge, Histogram, type Registry } from "prom-client";

/** Upper bounds for what usually takes a moment, in seconds. */
export const usualSeconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Who reads metrics does not wait longer for one of them. */
const patienceMs = 2000;

/**
 * Makes metrics and registers them. A name is `mailfleet_<noun>_<what>_<unit>`: the noun as the glossary has it, `_total`
 * for a counter, `_seconds` for a time. A mailbox is never a label: there are too many.
 */
export function metricsOf(registry: Registry) {
  const registers = [registry];
  return {
    counter: <Label extends string>(name: string, help: string, ...labelNames: Label[]) =>
      new Counter({ name, help, labelNames, registers }),
    gauge: <Label extends string>(name: string, help: string, ...labelNames: Label[]) =>
      new Gauge({ name, help, labelNames, registers }),
    /** A gauge that asks when somebody reads it: NaN where that fails or takes too long, so metrics need no database. */
    asked: (name: string, help: string, read: () => Promise<number>) =>
      new Gauge({
        ...{ name, help, registers },
        async collect() {
          const late = sleep(patienceMs, Number.NaN, { ref: false });
          this.set(await Promise.race([read(), late]).catch(() => Number.NaN));
        },
      }),
    /** `buckets`: upper bounds, in the unit that the name says. */
    histogram: <Label extends string>(name: string, help: string, buckets: number[], ...labelNames: Label[]) =>
      new Histogram({ name, help, buckets, labelNames, registers }),
  };
}
