/** What to do with a recurring timer that is due. */
export type Turn = { fire: true; next: number } | { fire: false; next: number };

/** Missed timers are made up for within this time at most. */
const spreadMs = 60_000;
/** Below this no lag counts as an outage: it is only a loop that was busy. */
const leastLagMs = 1000;

/**
 * Decides for a recurring timer at `now`. In time: fires, and the next slot is the first that lies ahead; missed slots
 * are skipped. More than one interval late (an outage): its slot is made up for at a moment that a hash of its key
 * chooses, so that not all of them fire at once; that moment is then the base of its slots. What is being made up for
 * fires, however late it has become.
 */
export function turnOf(timer: { _id: string; due: number; everyMs: number; madeUp?: boolean }, now: number): Turn {
  const lag = now - timer.due;
  if (!timer.madeUp && lag > Math.max(timer.everyMs, leastLagMs))
    return { fire: false, next: now + (hash(timer._id) % Math.min(timer.everyMs, spreadMs)) };
  const slots = Math.floor(Math.max(0, lag) / timer.everyMs) + 1;
  return { fire: true, next: timer.due + slots * timer.everyMs };
}

/** FNV-1a, 32 bits, with a last mixing so that keys that differ in one digit lie far apart. */
export function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let n = 0; n < text.length; n++) value = Math.imul(value ^ text.charCodeAt(n), 0x01000193);
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  return (value ^ (value >>> 13)) >>> 0;
}
