/** A server that asks for more is still tried again after a day. */
const longestMs = 24 * 3_600_000;

/**
 * How long the server asks to wait, in milliseconds from `now`: seconds or a date (RFC 9110 §10.2.3), at most a day.
 * `undefined` if it asks for nothing, or in an unknown form.
 */
export function retryAfterMs(headers: Headers, now: number): number | undefined {
  const written = headers.get("retry-after")?.trim() ?? "";
  if (/^\d{1,12}$/.test(written)) return Math.min(Number(written) * 1000, longestMs);
  // Date.parse also takes texts such as "-5" or "2", which are not HTTP dates.
  if (!/^[A-Za-z]{3,9},? .*\d{2}:\d{2}:\d{2}/.test(written)) return undefined;
  const date = Date.parse(written);
  return Number.isNaN(date) ? undefined : Math.min(Math.max(0, date - now), longestMs);
}
