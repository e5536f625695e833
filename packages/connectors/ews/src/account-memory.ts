import { createHmac, randomBytes } from "node:crypto";
import { FailureError } from "@mailfleet/contracts";

/** So long a refused password is not tried again by this process, in milliseconds. */
const REFUSED_MS = 60_000;
const MOST = 10_000;

/**
 * What this process knows of accounts, so that the wrong password of one that opens many mailboxes is tried once and not
 * once for each: servers lock accounts. Until a password has worked, one sign-in goes first and the others wait for it.
 */
export function accountMemory(now: () => number = Date.now) {
  const key = randomBytes(32);
  const worked = new Set<string>();
  const trying = new Map<string, Promise<unknown>>();
  const refused = new Map<string, { readonly error: FailureError; readonly until: number }>();

  function bounded<Memory extends { readonly size: number; clear(): void }>(memory: Memory): Memory {
    if (memory.size >= MOST) memory.clear();
    return memory;
  }

  return {
    /** Names an account with its password at a server, without telling it. */
    nameOf: (...parts: readonly (string | number)[]): string =>
      createHmac("sha256", key).update(JSON.stringify(parts)).digest("base64"),

    /** Signs in. Throws what `work` throws, or what was thrown lately where the password was refused. */
    async signIn<Result>(account: string, work: () => Promise<Result>, signal: AbortSignal): Promise<Result> {
      while (!worked.has(account)) {
        const { error, until = 0 } = refused.get(account) ?? {};
        if (error && until > now()) throw error;
        const first = trying.get(account);
        if (!first) break;
        // Whether it works or not is seen above.
        await orAborted(first, signal);
      }
      const mine = work();
      if (!worked.has(account)) trying.set(account, mine);
      try {
        const result = await mine;
        bounded(worked).add(account);
        return result;
      } catch (error) {
        if (error instanceof FailureError && error.failure.code === "AUTHENTICATION_REJECTED") {
          worked.delete(account);
          bounded(refused).set(account, { error, until: now() + REFUSED_MS });
        }
        throw error;
      } finally {
        if (trying.get(account) === mine) trying.delete(account);
      }
    },
  };
}

/** Waits until it is over, however it ends, or throws the signal's reason. */
async function orAborted(work: Promise<unknown>, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const over = Promise.withResolvers<void>();
  const abort = () => over.reject(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  work.then(
    () => over.resolve(),
    () => over.resolve(),
  );
  try {
    await over.promise;
  } finally {
    signal.removeEventListener("abort", abort);
  }
}
