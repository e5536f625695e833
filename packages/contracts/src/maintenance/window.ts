import { z } from "zod";
import { isTimeZone } from "./time-zone.ts";

const weekdays = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
const minutesOfDay = 1440;
const longestDays = 31;

/** A maintenance window as it is meant: once, by the clock of a time zone, or each week. Minutes of a week begin on Monday. */
export type MaintenanceSpan =
  | { readonly kind: "once"; readonly from: string; readonly to: string; readonly timeZone: string }
  | {
      readonly kind: "weekly";
      readonly spans: readonly { readonly from: number; readonly minutes: number }[];
      readonly timeZone: string;
    };

const form =
  "such as `2027-02-06T22:00/2027-02-07T04:00 Europe/Berlin`, or each week `sat,sun 22:00-04:00 Europe/Berlin`";
const once = /^(\d{4}-\d\d-\d\dT\d\d:\d\d)\/(\d{4}-\d\d-\d\dT\d\d:\d\d)$/;
const hours = /^(([01]\d|2[0-3]):[0-5]\d)-(([01]\d|2[0-3]):[0-5]\d)$/;

/** Reads a window; a string says why it is none. */
export function readWindow(text: string): MaintenanceSpan | string {
  const words = text.trim().split(/\s+/);
  const timeZone = words.at(-1) ?? "";
  if (words.length < 2 || words.length > 3) return `must be a window ${form}`;
  if (!isTimeZone(timeZone)) return `must end with a time zone such as Europe/Berlin, not ${timeZone}`;
  return words.length === 2 ? readOnce(words[0] ?? "", timeZone) : readWeekly(words[0] ?? "", words[1] ?? "", timeZone);
}

function readOnce(text: string, timeZone: string): MaintenanceSpan | string {
  const [, from = "", to = ""] = once.exec(text) ?? [];
  const [begin, end] = [clockMs(from), clockMs(to)];
  if (begin === null || end === null) return `must be a window ${form}`;
  if (end <= begin) return "must end after it begins";
  if (end - begin > longestDays * minutesOfDay * 60_000) return `must last at most ${longestDays} days`;
  return { kind: "once", from, to, timeZone };
}

/** A moment of the clock as if it were UTC; `null`: there is none. */
function clockMs(text: string): number | null {
  const at = Date.parse(`${text}:00Z`);
  return Number.isNaN(at) || new Date(at).toISOString().slice(0, 16) !== text ? null : at;
}

function readWeekly(days: string, times: string, timeZone: string): MaintenanceSpan | string {
  const [, from, , to] = hours.exec(times) ?? [];
  const numbers = daysOf(days.toLowerCase());
  if (!from || !to || !numbers) return `must be a window ${form}`;
  const minutes = (minutesOf(to) - minutesOf(from) + minutesOfDay) % minutesOfDay;
  if (minutes === 0) return "must end at another time than it begins";
  return {
    kind: "weekly",
    spans: numbers.map((day) => ({ from: day * minutesOfDay + minutesOf(from), minutes })),
    timeZone,
  };
}

const minutesOf = (time: string) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5));

/** `daily`, `sat,sun` or `mon-fri`. */
function daysOf(text: string): number[] | null {
  if (text === "daily") return weekdays.map((_, day) => day);
  const found = new Set<number>();
  for (const part of text.split(",")) {
    const [first = -1, last = first] = part
      .split("-")
      .map((name) => weekdays.indexOf(name as (typeof weekdays)[number]));
    if (first < 0 || last < 0 || part.split("-").length > 2) return null;
    for (let day = first; ; day = (day + 1) % 7) {
      found.add(day);
      if (day === last) break;
    }
  }
  return [...found];
}

/** One maintenance window, as people write it. */
export const MaintenanceWindow = z
  .string()
  .max(100)
  .superRefine((text, context) => {
    const read = readWindow(text);
    if (typeof read === "string") context.addIssue({ code: "custom", message: read });
  });

/** Times in which something is worked on: no notices about it are sent. */
export const MaintenanceWindows = z.array(MaintenanceWindow).max(20).default([]);
/** How such a field is described. */
export const maintenanceForm = form;
