/** `null` if this part is ready, else why not. */
export type ReadinessCheck = () => string | null | Promise<string | null>;

/** What `/readyz` shows: `ok`, or the reason, by part. */
export interface ReadinessReport {
  readonly ready: boolean;
  readonly parts: Readonly<Record<string, string>>;
}

/** The named parts that must all be ready. */
export interface Readiness {
  add(name: string, check: ReadinessCheck): void;
  report(): Promise<ReadinessReport>;
}

/**
 * A check that does not answer in `patienceMs` counts as not ready. One that throws gives its message as the reason.
 */
export function createReadiness(patienceMs = 3000): Readiness {
  const checks = new Map<string, ReadinessCheck>();
  const ask = async (check: ReadinessCheck): Promise<string> => {
    const { promise: late, resolve } = Promise.withResolvers<string>();
    const timer = setTimeout(() => resolve(`no answer in ${patienceMs} ms`), patienceMs);
    try {
      return (await Promise.race([Promise.resolve().then(check), late])) ?? "ok";
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    } finally {
      clearTimeout(timer);
    }
  };
  return {
    add: (name, check) => void checks.set(name, check),
    report: async () => {
      const parts = Object.fromEntries(
        await Promise.all([...checks].map(async ([name, check]) => [name, await ask(check)] as const)),
      );
      return { ready: Object.values(parts).every((answer) => answer === "ok"), parts };
    },
  };
}
