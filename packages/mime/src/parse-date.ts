const months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/** RFC 5322 §4.3; the names of other zones mean nothing there, those below are what senders mean by them. */
const zones: Readonly<Record<string, number>> = {
  ut: 0,
  utc: 0,
  gmt: 0,
  z: 0,
  est: -300,
  edt: -240,
  cst: -360,
  cdt: -300,
  mst: -420,
  mdt: -360,
  pst: -480,
  pdt: -420,
  wet: 0,
  west: 60,
  bst: 60,
  cet: 60,
  cest: 120,
  met: 60,
  mest: 120,
  mez: 60,
  mesz: 120,
  eet: 120,
  eest: 180,
  msk: 180,
  jst: 540,
  kst: 540,
  hkt: 480,
  sgt: 480,
  aest: 600,
  aedt: 660,
  nzst: 720,
  nzdt: 780,
};

const usual =
  /^(?:[a-z]{2,9}\.?\s*,?\s*)?(\d{1,2})[\s-]+([a-z]{3,9})\.?,?[\s-]+(\d{2,4})(?!\d)(?:,?\s+(\d{1,2})[:.](\d{1,2})(?:[:.](\d{1,2})(?:[.,]\d{1,9})?)?\s*(am|pm)?)?(?:\s*([+-]\s?\d{1,2}:?\d{2}\b|[a-z]{1,5}(?:[+-]\d{1,2}(?::?\d{2})?)?\b))?/i;
/** The form of C's asctime, and of Unix's date. */
const asctime =
  /^(?:[a-z]{3,9},?\s+)?([a-z]{3,9})\.?\s+(\d{1,2}),?\s+(?:(\d{4}),?\s+)?(\d{1,2}):(\d{2})(?::(\d{2}))?\s*(am|pm)?\s*(?:((?:[a-z]{1,5})?[+-]\d{2}:?\d{2}|[a-z]{2,5})\s*)?(\d{4})?(?:\s*([+-]\d{2}:?\d{2}))?/i;
const iso =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T\s]\s*(\d{1,2}):(\d\d)(?::(\d\d)(?:[.,]\d{1,9})?)?\s*(z|[+-]\d\d:?\d\d|[a-z]{2,4})?)?/i;

/**
 * A date as people's programs write it: RFC 5322 §3.3 and the obsolete forms of §4.3, two-digit years, no seconds, no
 * zone (then UTC), comments, asctime, ISO 8601. Milliseconds since the epoch, negative before 1970; `null` if it is not a date.
 */
export function parseDate(written: string): number | null {
  const text = withoutComments(written).trim().slice(0, 200);
  let match = usual.exec(text);
  if (match)
    return instant(yearOf(match[3]), monthOf(match[2]), match[1], [match[4], match[5], match[6], match[7]], match[8]);
  match = iso.exec(text);
  if (match) return instant(Number(match[1]), Number(match[2]) - 1, match[3], [match[4], match[5], match[6]], match[7]);
  match = asctime.exec(text);
  const year = match?.[3] ?? match?.[9];
  if (match && year)
    return instant(
      Number(year),
      monthOf(match[1]),
      match[2],
      [match[4], match[5], match[6], match[7]],
      match[8] ?? match[10],
    );
  return null;
}

/** RFC 5322 §4.3: 00 to 49 are of this century, 50 to 99 and all of three digits are counted from 1900. */
function yearOf(written = ""): number {
  const year = Number(written);
  if (written.length === 2) return year < 50 ? year + 2000 : year + 1900;
  return written.length === 3 ? year + 1900 : year;
}

function monthOf(name = ""): number {
  return months.indexOf(name.slice(0, 3).toLowerCase());
}

function instant(
  year: number,
  month: number,
  dayText: string | undefined,
  [hourText = "0", minuteText = "0", secondText = "0", half]: (string | undefined)[],
  zone: string | undefined,
): number | null {
  const [day, minute, second] = [Number(dayText), Number(minuteText), Number(secondText)];
  let hour = Number(hourText);
  if (half) hour = (hour % 12) + (half.toLowerCase() === "pm" ? 12 : 0);
  // An ISO date and most databases end with 9999.
  if (
    year < 1 ||
    year > 9999 ||
    month < 0 ||
    month > 11 ||
    day < 1 ||
    day > 31 ||
    hour > 24 ||
    minute > 59 ||
    second > 60
  )
    return null;
  const date = new Date(0);
  date.setUTCFullYear(year, month, day);
  // The 31st of a month of 30 days is a mistake, not the next month.
  if (date.getUTCMonth() !== month) return null;
  return date.getTime() + ((hour * 60 + minute - offsetOf(zone)) * 60 + second) * 1000;
}

/** Minutes east of Greenwich; 0 for military and unknown zones, which RFC 5322 §4.3 takes for -0000. */
function offsetOf(zone = ""): number {
  const digits = /([+-])\s?(\d{1,2}):?(\d{2})?$/.exec(zone);
  if (!digits) return zones[zone.toLowerCase()] ?? 0;
  const [, sign, hours, minutes = "0"] = digits;
  const offset = Number(hours) * 60 + Number(minutes);
  return offset > 24 * 60 ? 0 : sign === "-" ? -offset : offset;
}

/** Comments may be nested (RFC 5322 §3.2.2). */
function withoutComments(text: string): string {
  if (!text.includes("(")) return text;
  let depth = 0;
  let kept = "";
  for (let at = 0; at < Math.min(text.length, 1000); at++) {
    const letter = text[at];
    if (letter === "\\" && depth > 0) at += 1;
    else if (letter === "(") depth += 1;
    else if (letter === ")" && depth > 0) {
      depth -= 1;
      kept += " ";
    } else if (depth === 0) kept += letter;
  }
  return kept;
}
