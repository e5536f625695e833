/** Elements whose content nobody reads. */
const unread = ["style", "script", "head"] as const;
/** A longer tag is text. */
const LONGEST_TAG = 1000;

/**
 * The words of an HTML page, for evidence. Takes linear time, whatever the page repeats: what was looked for in vain is
 * not looked for again.
 */
export function withoutTags(html: string): string {
  const lower = html.toLowerCase();
  const missing = new Set<string>();
  let words = "";
  let at = 0;
  let close = -1;
  for (let open = html.indexOf("<"); open >= 0; open = html.indexOf("<", Math.max(at, open + 1))) {
    const name = unread.find(
      (one) => lower.startsWith(one, open + 1) && !/\w/.test(lower[open + 1 + one.length] ?? ""),
    );
    const end = name && !missing.has(name) ? lower.indexOf(`</${name}>`, open) : -1;
    if (name && end < 0) missing.add(name);
    if (close < open) close = html.indexOf(">", open);
    if (close < 0) break;
    if (end < 0 && close - open > LONGEST_TAG) continue;
    words += `${html.slice(at, open)} `;
    at = name && end >= 0 ? end + name.length + 3 : close + 1;
  }
  return words + html.slice(at);
}
