/** How people read points in time: in UTC, in the time zone of this machine, or as seen from now. */
export const timeForms = ["utc", "local", "relative"] as const;
export type TimeForm = (typeof timeForms)[number];

/** A point in time as `time` writes it. */
const written = /\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ/g;

const units = [
  { ms: 86_400_000, name: "d" },
  { ms: 3_600_000, name: "h" },
  { ms: 60_000, name: "min" },
  { ms: 1000, name: "s" },
] as const;

/** `3 min ago`, `in 2 h`, `now`: whole units, rounded down. */
function relative(at: number, now: number): string {
  const distance = Math.abs(at - now);
  const unit = units.find(({ ms }) => distance >= ms);
  if (!unit) return "now";
  const length = `${Math.floor(distance / unit.ms)} ${unit.name}`;
  return at > now ? `in ${length}` : `${length} ago`;
}

const two = (n: number) => String(Math.trunc(n)).padStart(2, "0");

/** Date, time and offset of this machine's time zone. */
function local(at: number): string {
  const date = new Date(at);
  const offset = -date.getTimezoneOffset();
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join("-");
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(":");
  return `${day} ${time}${offset < 0 ? "-" : "+"}${two(Math.abs(offset) / 60)}:${two(Math.abs(offset) % 60)}`;
}

/** A text with all of its points in time in this form. */
export function timesAs(text: string, form: TimeForm, now: number): string {
  if (form === "utc") return text;
  return text.replace(written, (utc) => {
    const at = Date.parse(utc.replace(" ", "T"));
    return form === "local" ? local(at) : relative(at, now);
  });
}
