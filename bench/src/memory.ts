import { readFileSync } from "node:fs";
import type { Stack } from "@mailfleet/local";
import type { Figure } from "./report.ts";

const megabyte = 1024 * 1024;
const sum = (numbers: readonly number[]) => numbers.reduce((all, one) => all + one, 0);

/** How much the resident memory of these services grows, at most and together, while something is done. */
export async function growth(
  stack: Stack,
  services: readonly Parameters<Stack["service"]>[0][],
  work: () => Promise<unknown>,
): Promise<Pick<Figure, "value" | "unit" | "lowerIsBetter" | "notes">> {
  const memory = () => services.map((name) => residentBytes(stack.service(name).pid));
  const before = memory();
  let most = before;
  const watch = setInterval(() => {
    most = memory().map((now, at) => Math.max(now, most[at] as number));
  }, 5);
  const started = performance.now();
  await work().finally(() => clearInterval(watch));
  const seconds = (performance.now() - started) / 1000;
  const grown = most.map((bytes, at) => bytes - (before[at] as number));
  return {
    value: sum(grown) / megabyte,
    unit: "MB more",
    lowerIsBetter: true,
    notes: [
      `${seconds.toFixed(2)} s; ${(sum(before) / megabyte).toFixed(0)} MB before`,
      services.map((name, at) => `${name} ${((grown[at] as number) / megabyte).toFixed(1)} MB more`).join(", "),
    ],
  };
}

/** What a process has of the memory. */
export function residentBytes(pid: number | undefined): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) * 1024;
}
