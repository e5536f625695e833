import { setTimeout as delay } from "node:timers/promises";
import type { Logger } from "@mailfleet/contracts";
import type { ReadinessCheck } from "./readiness.ts";

const pauseMs = 2000;

/** What a wait needs of its process. */
export interface Waiting {
  readonly logger: Logger;
  readonly signal: AbortSignal;
  addReadiness(name: string, check: ReadinessCheck): void;
}

const runbook = "docs/runbooks/MailfleetServiceNotReady.md";

/**
 * Returns when `look` finds nothing in the way; it answers with a sentence, or throws what the engines throw. Until then
 * the service is not ready and says why, at `/readyz` under this name and once for each change in the log. Changes
 * nothing. Throws when the service stops.
 */
export async function waitUntil(
  name: string,
  look: () => Promise<string | null>,
  { logger, signal, addReadiness }: Waiting,
  everyMs = pauseMs,
): Promise<void> {
  let obstacle: string | null = "not looked at yet";
  addReadiness(name, () => obstacle);
  for (;;) {
    const before: string | null = obstacle;
    obstacle = await look().catch(obstacleOf);
    if (obstacle === null) return;
    if (obstacle !== before) logger.warn({ runbook }, obstacle);
    signal.throwIfAborted();
    await delay(everyMs, undefined, { signal });
  }
}

/** What an engine says while it refuses, and what to do where our user there lacks a right. */
export function obstacleOf(error: unknown): string {
  const words = error instanceof Error ? error.message : String(error);
  if (/permissions? violation/i.test(words))
    return `NATS refuses a right to this service's user: ${words}; give the server what \`mailfleet topology nats-users\` prints`;
  if (/^not authorized on /i.test(words))
    return `MongoDB refuses a right to this service's user: ${words}; run what \`mailfleet topology mongo-roles\` prints`;
  return words;
}

/** What is missing, as one sentence with its remedy; `null` if nothing is. */
export function lackSentence([first, ...others]: readonly string[]): string | null {
  if (first === undefined) return null;
  const more = others.length > 0 ? ` (and ${others.length} more)` : "";
  return `${first}${more}; run \`mailfleet topology apply\``;
}
