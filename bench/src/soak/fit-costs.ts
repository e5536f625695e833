/**
 * What each of several things costs, from samples of how often they happened and what was used meanwhile: least squares,
 * where no cost is below zero. `fixed` is what is used a second while nothing happens.
 */
export function fitCosts(samples: readonly Sample[], kinds: readonly string[]): Costs {
  let kept = [...kinds];
  for (;;) {
    const rows = samples.map(({ seconds, counts }) => [seconds, ...kept.map((kind) => counts[kind] ?? 0)]);
    const solution = solve(
      rows,
      samples.map(({ used }) => used),
    );
    const [fixed = 0, ...each] = solution;
    const lowest = Math.min(...each);
    if (each.length === 0 || lowest >= 0)
      return { fixed, each: Object.fromEntries(kinds.map((kind) => [kind, each[kept.indexOf(kind)] ?? 0])) };
    const drop = each.indexOf(lowest);
    kept = kept.filter((_, at) => at !== drop);
  }
}

/** Some seconds: what happened in them how often, and how much was used. */
export interface Sample {
  readonly seconds: number;
  readonly counts: Readonly<Record<string, number>>;
  readonly used: number;
}

/** In the unit of `used`. */
export interface Costs {
  readonly fixed: number;
  readonly each: Readonly<Record<string, number>>;
}

/** Least squares by the normal equations and Gauss's elimination. What never varies costs 0. */
function solve(rows: readonly (readonly number[])[], used: readonly number[]): number[] {
  const size = rows[0]?.length ?? 0;
  const sums = Array.from({ length: size }, (_, i) => [
    ...Array.from({ length: size }, (_, j) => rows.reduce((sum, row) => sum + (row[i] ?? 0) * (row[j] ?? 0), 0)),
    rows.reduce((sum, row, at) => sum + (row[i] ?? 0) * (used[at] ?? 0), 0),
  ]);
  const scale = sums.map((row, at) => Math.abs(row[at] ?? 0));
  const leads = new Set<number>();
  for (let at = 0; at < size; at += 1) {
    const pivot = sums[at] as number[];
    const value = pivot[at] ?? 0;
    // What the others already explain is nothing of its own.
    if (Math.abs(value) <= (scale[at] ?? 0) * 1e-9) continue;
    leads.add(at);
    for (let other = 0; other < size; other += 1) {
      if (other === at) continue;
      const row = sums[other] as number[];
      const factor = (row[at] ?? 0) / value;
      for (let column = at; column <= size; column += 1)
        row[column] = (row[column] ?? 0) - factor * (pivot[column] ?? 0);
    }
  }
  return Array.from({ length: size }, (_, at) => (leads.has(at) ? (sums[at]?.[size] ?? 0) / (sums[at]?.[at] ?? 1) : 0));
}
