import { signal } from "@preact/signals";
import { speaking } from "./i18n.ts";

/** The present time, every few seconds: what shows how long ago something was follows it. */
export const now = signal(Date.now());
setInterval(() => {
  if (!document.hidden) now.value = Date.now();
}, 5000);

const units: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
  ["second", 1000],
];

/** How long ago, or in how long, in words: `3 minutes ago`. */
export function ago(at: number): string {
  const distance = at - now.value;
  const [unit, ms] = units.find(([, length]) => Math.abs(distance) >= length) ?? ["second", 1000];
  const format = new Intl.RelativeTimeFormat(speaking.value.language, { numeric: "auto", style: "short" });
  return format.format(Math.trunc(distance / ms), unit);
}

/** A point in time, as people here write it. */
export function dateTime(at: number): string {
  return new Intl.DateTimeFormat(speaking.value.language, { dateStyle: "medium", timeStyle: "medium" }).format(at);
}

/** A time of day as people here write it, with the day where that is not clear. */
export function time(at: number, withDay = false): string {
  const day = withDay ? ({ day: "numeric", month: "short" } as const) : {};
  return new Intl.DateTimeFormat(speaking.value.language, { ...day, hour: "2-digit", minute: "2-digit" }).format(at);
}

/** A number, as people here write it. */
export const count = (n: number): string => n.toLocaleString(speaking.value.language);

/** A length of time of a step: `12 ms`, `1.4 s`. */
export function span(ms: number): string {
  const { language } = speaking.value;
  return ms < 1000
    ? `${Math.round(ms).toLocaleString(language)} ms`
    : `${(ms / 1000).toLocaleString(language, { maximumFractionDigits: 1 })} s`;
}
