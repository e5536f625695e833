/**
 * What the topology step would do about one thing. `make` and `change` can be done while the version before still runs
 * (before an upgrade); `remove` only when nobody of that version runs any more (after it); `keep`: it is not used any
 * more and still holds messages; `refuse`: not without losing data, or not in place.
 */
export interface TopologyStep {
  readonly does: "make" | "change" | "remove" | "keep" | "refuse";
  /** For example `stream RUNS`, `index due of collection sends`. */
  readonly what: string;
  /** A sentence: what is there, what Mailfleet needs, and for a refusal what to do. */
  readonly why: string;
  /**
   * A service works with what is there: it has only another size, age or more than is needed. So the version before, and a
   * rollback, work after the step of a newer one.
   */
  readonly serves?: true;
  /** Does it. Absent where nothing is to be done or may be. */
  readonly run?: () => Promise<unknown>;
}

/** Makes and changes, in this order, before an upgrade. Throws, having done nothing, if a step is refused. */
export async function expand(steps: readonly TopologyStep[]): Promise<void> {
  const refused = steps.filter(({ does }) => does === "refuse");
  if (refused.length > 0) throw new Error(refused.map(({ why }) => why).join("; "));
  for (const { does, run } of steps) if (does !== "remove") await run?.();
}

/** Of these steps what is still to be done for the declared form, in sentences. */
export function lacking(steps: readonly TopologyStep[]): string[] {
  return steps.filter(({ does }) => does !== "remove" && does !== "keep").map(({ why }) => why);
}

/** Of these steps what keeps a service from beginning, in sentences. */
export function blocking(steps: readonly TopologyStep[]): string[] {
  return lacking(steps.filter(({ serves }) => !serves));
}
