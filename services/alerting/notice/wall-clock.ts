const formats = new Map<string, Intl.DateTimeFormat>();

/** What a clock on a wall of this time zone shows, such as `2027-02-06T22:00`. */
export function wallClock(at: number, timeZone: string): string {
  const format =
    formats.get(timeZone) ??
    new Intl.DateTimeFormat("sv-SE", {
      ...{ timeZone, year: "numeric", month: "2-digit", day: "2-digit" },
      ...{ hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
    });
  formats.set(timeZone, format);
  return format.format(at).replace(" ", "T");
}
