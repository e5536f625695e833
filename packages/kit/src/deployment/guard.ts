import type { Logger } from "@mailfleet/contracts";

/** How often a working service looks, and how long it must find the same before it leaves, milliseconds. */
const everyMs = 5000;
/** A primary that was deposed answers with an old state for ten seconds at most. */
const patienceMs = 15_000;

/**
 * Looks while a service works whether its database and NATS still belong together. If they do not for as long as an
 * election can last, it says why and `leave`s: what is under way is written to a database that may be a copy. It starts
 * again, and waits. Engines that are away say nothing about it.
 */
export function guardDeployment(
  look: () => Promise<string | null>,
  { logger, leave }: { readonly logger: Logger; leave(): void },
  { every = everyMs, patience = patienceMs, clock = () => performance.now() } = {},
): { stop(): void } {
  let since: number | null = null;
  let looking = false;
  const timer = setInterval(() => {
    if (looking) return;
    looking = true;
    look()
      .then((held) => {
        since = held === null ? null : (since ?? clock());
        if (held === null || since === null || clock() - since < patience) return;
        logger.error({}, held);
        leave();
      })
      .catch(() => {
        since = null;
      })
      .finally(() => {
        looking = false;
      });
  }, every);
  return { stop: () => clearInterval(timer) };
}
