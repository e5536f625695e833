import { readFileSync } from "node:fs";

/** Clock ticks a second, as Linux reports process times (proc(5)); 100 on every platform Node runs on. */
const ticksPerSecond = 100;

/** CPU milliseconds that these processes have used so far; one that is gone counts as 0. */
export function processTimeMs(pids: readonly (number | undefined)[]): number {
  return pids.reduce<number>((sum, pid) => {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      return sum + ((Number(fields[11]) + Number(fields[12])) * 1000) / ticksPerSecond;
    } catch {
      return sum;
    }
  }, 0);
}

type Named<Value> = readonly (readonly [name: string, value: Value])[];

/** What processes use from now on; the answer gives it, in milliseconds a message. */
export function cpuOf(processes: Named<number | undefined>, messages: number): () => Named<number> {
  const before = processes.map(([, pid]) => processTimeMs([pid]));
  return () => processes.map(([name, pid], n) => [name, (processTimeMs([pid]) - (before[n] ?? 0)) / messages] as const);
}

/** Figures with their names. */
export const inWords = (figures: Named<number>) =>
  figures.map(([name, value]) => `${name} ${value.toFixed(2)}`).join(", ");
