/** Retry-After as milliseconds from now: seconds or a date (RFC 9110 §10.2.3); `undefined` if it is neither. */
export function retryAfterMs(header: string | null, now = Date.now()): number | undefined {
  const written = header?.trim() ?? "";
  if (/^\d{1,9}$/.test(written)) return Number(written) * 1000;
  const date = Date.parse(written);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
