import type { FailPoint, Logger } from "@mailfleet/contracts";

/** Places at which a process ends, or freezes, itself: for fault tests only. */
export interface FailPoints {
  readonly hit: FailPoint;
  /** From now on these, too; their hits are counted from now on. */
  arm(wanted: readonly string[]): void;
}

/**
 * From `name:nth` pairs: the nth hit of that name in this process is its end, without any clean-up. With `name:nth:stop`
 * the process is frozen there, until somebody sends SIGCONT.
 */
export function createFailPoints(
  wanted: readonly string[] | undefined,
  logger: Logger,
  end: (signal: "SIGKILL" | "SIGSTOP") => void = (signal) => process.kill(process.pid, signal),
): FailPoints {
  const remaining = new Map<string, { hits: number; signal: "SIGKILL" | "SIGSTOP" }>();
  const arm: FailPoints["arm"] = (more) => {
    for (const one of more) {
      const [name = "", hits, stop] = one.split(":");
      remaining.set(name, { hits: Number(hits), signal: stop ? "SIGSTOP" : "SIGKILL" });
    }
  };
  arm(wanted ?? []);
  const hit: FailPoint = (name) => {
    const left = remaining.get(name);
    if (!left || --left.hits !== 0) return;
    logger.warn({ failPoint: name, signal: left.signal }, "fail point reached, the process sends itself this signal");
    end(left.signal);
  };
  return { hit, arm };
}
