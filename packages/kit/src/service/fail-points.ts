import { type FailPoint, type Logger, noFailPoint } from "@mailfleet/contracts";

/**
 * From `name:nth` pairs: the nth hit of that name in this process is its end, without any clean-up. With `name:nth:stop`
 * the process is frozen there, until somebody sends SIGCONT.
 */
export function createFailPoint(
  wanted: readonly string[] | undefined,
  logger: Logger,
  end: (signal: "SIGKILL" | "SIGSTOP") => void = (signal) => process.kill(process.pid, signal),
): FailPoint {
  if (!wanted?.length) return noFailPoint;
  const remaining = new Map<string, { hits: number; signal: "SIGKILL" | "SIGSTOP" }>();
  for (const one of wanted) {
    const [name = "", hits, stop] = one.split(":");
    remaining.set(name, { hits: Number(hits), signal: stop ? "SIGSTOP" : "SIGKILL" });
  }
  return (name) => {
    const left = remaining.get(name);
    if (!left || --left.hits !== 0) return;
    logger.warn({ failPoint: name, signal: left.signal }, "fail point reached, the process sends itself this signal");
    end(left.signal);
  };
}
