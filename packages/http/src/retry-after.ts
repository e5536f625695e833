/** A server that asks for more is asked again after a day all the same. */
const longestMs = 24 * 3_600_000;

/**
 * How long the server asks to wait, in milliseconds from `now`: seconds or a date (RFC 9110 §10.2.3), at most a day.
 * `undefined` if it asks for nothing, or in no form that is known.
 */
export function retryAfterMs(headers: Headers, now: number): number | undefined {
  const written = headers.get("retry-after")?.trim() ?? "";
  if (/^\d{1,12}$/.test(written)) return Math.min(Number(written) * 1000, longestMs);
  // Anything else that Date.parse takes, such as "-5" or "2", is no date of HTTP.
  if (!/^[A-Za-z]{3,9},? .*\d{2}:\d{2}:\d{2}/.test(written)) return undefined;
  const date = Date.parse(written);
  return Number.isNaN(date) ? undefined : Math.min(Math.max(0, date - now), longestMs);
}
