import { setTimeout as delay } from "node:timers/promises";
import type { Logger } from "@mailfleet/contracts";
import type { ReadinessCheck } from "./readiness.ts";

const pauseMs = 2000;

/**
 * Returns when `look` finds nothing missing; it answers in sentences, or throws what the engines throw. Until then the
 * service is not ready and says why, at `/readyz` and once for each change in the log. Makes nothing. Throws when the
 * service stops.
 */
export async function waitForTopology(
  look: () => Promise<readonly string[]>,
  {
    logger,
    signal,
    addReadiness,
  }: { logger: Logger; signal: AbortSignal; addReadiness(name: string, check: ReadinessCheck): void },
  everyMs = pauseMs,
): Promise<void> {
  let lacking: string | null = "not looked at yet";
  addReadiness("topology", () => lacking);
  for (;;) {
    const before: string | null = lacking;
    lacking = await look().then(sentenceOf, (error: unknown) =>
      error instanceof Error ? error.message : String(error),
    );
    if (lacking === null) return;
    if (lacking !== before) logger.warn({}, lacking);
    signal.throwIfAborted();
    await delay(everyMs, undefined, { signal });
  }
}

function sentenceOf([first, ...others]: readonly string[]): string | null {
  if (first === undefined) return null;
  const more = others.length > 0 ? ` (and ${others.length} more)` : "";
  return `${first}${more}; run \`mailfleet topology apply\``;
}
