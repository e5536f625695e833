import type { StreamUsage } from "@mailfleet/bus";

/** Below this fill level the pace of a stream means nothing: a new deployment publishes more than an old one. */
const tellingShare = 0.05;

/**
 * How far back a stream reaches, milliseconds, once it is as full as it may be, at the pace of what is in it: at most what
 * it is to keep. `null` for one that keeps messages until they are handled.
 */
export function reachMs({ bytes, maxBytes, oldestAt, maxAgeMs }: StreamUsage, at: number): number | null {
  if (maxAgeMs === 0) return null;
  if (oldestAt === null || maxBytes <= 0 || bytes < maxBytes * tellingShare) return maxAgeMs;
  return Math.min(maxAgeMs, ((at - oldestAt) * maxBytes) / bytes);
}
