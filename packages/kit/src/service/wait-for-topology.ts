import type { Logger } from "@mailfleet/contracts";
import type { ReadinessCheck } from "./readiness.ts";

const pauseMs = 2000;

/**
 * Returns when `look` finds nothing missing; it answers in sentences, or throws what the engines throw. Until then the service is not ready and says why, at `/readyz` and
 * once for each change in the log. Makes nothing.
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
    const found = await look().catch((error: unknown) => [error instanceof Error ? error.message : String(error)]);
    const [first, ...others] = found;
    if (first === undefined) break;
    const more = others.length > 0 ? ` (and ${others.length} more)` : "";
    const sentence = `${first}${more}; run \`mailfleet topology apply\``;
    if (sentence !== lacking) logger.warn({ lacking: found.slice(0, 20) }, sentence);
    lacking = sentence;
    signal.throwIfAborted();
    await new Promise<void>((resolve) => {
      const timer = setTimeout(done, everyMs);
      function done() {
        clearTimeout(timer);
        signal.removeEventListener("abort", done);
        resolve();
      }
      signal.addEventListener("abort", done, { once: true });
    });
  }
  lacking = null;
}
