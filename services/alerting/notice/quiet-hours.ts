import type { Alert, QuietHours } from "@mailfleet/contracts";
import { wallClock } from "./wall-clock.ts";

const minuteMs = 60_000;
const minutesOfDay = 1440;

const minutesOf = (time: string) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));

/**
 * Until when mail about something of this severity waits, milliseconds since the epoch; `null`: it does not wait. Where
 * clocks are changed in between, whoever asks again then hears the rest.
 */
export function quietUntil(hours: QuietHours | null, severity: Alert["severity"], at: number): number | null {
  if (!hours || (severity === "error" && !hours.errors)) return null;
  const passed = (from: number, to: number) => (to - from + minutesOfDay) % minutesOfDay;
  const [from, to, present] = [
    minutesOf(hours.from),
    minutesOf(hours.to),
    minutesOf(wallClock(at, hours.timeZone).slice(11)),
  ];
  if (passed(from, present) >= passed(from, to)) return null;
  return Math.floor(at / minuteMs) * minuteMs + passed(present, to) * minuteMs;
}
