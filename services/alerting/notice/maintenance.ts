import { readWindow } from "@mailfleet/contracts";
import type { AlertingPorts } from "../ports.ts";
import type { UsableSettings } from "./channel.ts";
import type { Noticing } from "./noticing.ts";
import { wallClock } from "./wall-clock.ts";

const patience = { timeoutMs: 2000 };
const minuteMs = 60_000;
const minutesOfWeek = 10_080;
/** A window that somebody ends early is noticed after this. */
const lookMs = 300_000;

/** A moment of a clock on a wall, as if it were UTC. */
const clockMs = (text: string) => Date.parse(`${text}:00Z`);
/** Minutes since Monday; 1970 began on a Thursday. */
const minuteOfWeek = (clock: string) => (clockMs(clock) / minuteMs + 3 * 1440) % minutesOfWeek;

/** Until when the first of these windows lasts that is open at this moment, milliseconds since the epoch; `null`: none is. */
export function windowUntil(windows: readonly string[], at: number): number | null {
  for (const text of windows) {
    const window = readWindow(text);
    if (typeof window === "string") continue;
    const clock = wallClock(at, window.timeZone);
    const left = window.kind === "once" ? leftOnce(window, clock) : leftWeekly(window, clock);
    if (left === null) continue;
    const until = Math.floor(at / minuteMs) * minuteMs + left;
    // Where clocks are changed in between, the window ends by the clock.
    return until + (clockMs(clock) + left - clockMs(wallClock(until, window.timeZone)));
  }
  return null;
}

type Window = Exclude<ReturnType<typeof readWindow>, string>;

function leftOnce({ from, to }: Extract<Window, { kind: "once" }>, clock: string): number | null {
  return from <= clock && clock < to ? clockMs(to) - clockMs(clock) : null;
}

function leftWeekly({ spans }: Extract<Window, { kind: "weekly" }>, clock: string): number | null {
  for (const { from, minutes } of spans) {
    const passed = (minuteOfWeek(clock) - from + minutesOfWeek) % minutesOfWeek;
    if (passed < minutes) return (minutes - passed) * minuteMs;
  }
  return null;
}

/**
 * Until when people are not to be told, because the organisation or the profile is worked on; `null`: they are. While
 * `config` does not answer they are: that it is away may be the reason of the mail.
 */
export async function maintenanceUntil(
  { bus, now }: Pick<AlertingPorts, "bus" | "now">,
  { maintenance }: Pick<UsableSettings, "maintenance">,
  { object }: { readonly object: Noticing["object"] | null },
): Promise<number | null> {
  const at = now();
  // What is broken is given up when its mail is written, and stops no other.
  const profileId = object?.type === "profile" ? object.id : object?.profileId;
  const until = windowUntil(maintenance, at) ?? windowUntil(await windowsOf(bus, profileId), at);
  return until === null ? null : Math.min(until, at + lookMs);
}

async function windowsOf(bus: AlertingPorts["bus"], id: string | undefined): Promise<readonly string[]> {
  if (id === undefined) return [];
  return bus.request("config.profile.get", { id }, patience).then(
    ({ maintenance }) => maintenance,
    () => [],
  );
}
