import { type FailPoint, type Logger, noFailPoint } from "@mailfleet/contracts";

/** From `name:nth` pairs: the nth hit of that name in this process is its end, without any clean-up. */
export function createFailPoint(
  wanted: readonly string[] | undefined,
  logger: Logger,
  die: () => void = () => process.kill(process.pid, "SIGKILL"),
): FailPoint {
  if (!wanted?.length) return noFailPoint;
  const remaining = new Map<string, number>();
  for (const pair of wanted) {
    const at = pair.lastIndexOf(":");
    remaining.set(pair.slice(0, at), Number(pair.slice(at + 1)));
  }
  return (name) => {
    const left = remaining.get(name);
    if (left === undefined) return;
    remaining.set(name, left - 1);
    if (left !== 1) return;
    logger.warn({ failPoint: name }, "fail point reached, the process kills itself");
    die();
  };
}
