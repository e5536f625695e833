import { availableParallelism } from "node:os";
import { type Costs, happenings } from "./costs.ts";
import type { Stored } from "./readings.ts";
import type { Sighting } from "./sighting.ts";

/** One minute of a soak. */
export interface Minute {
  readonly minute: number;
  readonly intervalMs: number;
  readonly sightings: readonly Sighting[];
  readonly stored: Stored;
}

/** What became of the mail in the end. */
export interface Outcome {
  readonly notReceived: number;
  readonly notSent: number;
  readonly doubled: number;
  readonly refused: number;
}

const sum = (numbers: readonly number[]) => numbers.reduce((all, one) => all + one, 0);
const megabytes = (bytes: number) => Math.round(bytes / 1024 / 1024);

/** The value below which this share of them lies; 0 where there are none. */
const quantile = (values: readonly number[], share: number) => {
  const sorted = values.toSorted((a, b) => a - b);
  return Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0);
};
const spread = (values: readonly number[]) => ({
  p50: quantile(values, 0.5),
  p95: quantile(values, 0.95),
  max: quantile(values, 1),
});

/** How much later than the interval polls came. One that is still to come counts with its present delay, as the maximum. */
function lateness({ intervalMs, sightings }: Pick<Minute, "intervalMs" | "sightings">) {
  const late = sightings.flatMap(({ town }) => town.gapsMs.map((gap) => Math.max(0, gap - intervalMs)));
  const waiting = Math.max(0, ...sightings.map(({ town }) => town.longestMs - intervalMs));
  const { p50, p95, max } = spread(late);
  return { p50, p95, max: Math.max(max, Math.round(waiting)) };
}

/** The figures of some time, by name. */
function figuresOf(given: Pick<Minute, "intervalMs" | "sightings">) {
  const { sightings } = given;
  const [first, last] = [sightings.at(0), sightings.at(-1)];
  if (!first || !last) throw new Error("nothing was measured");
  const seconds = (last.after.at - first.before.at) / 1000;
  const cpu = Object.fromEntries(
    Object.entries(last.after.cpuMs).map(([name, ms]) => [
      name,
      Math.round((ms - (first.before.cpuMs[name] ?? 0)) / seconds),
    ]),
  );
  const machine = (last.after.machineCpuMs - first.before.machineCpuMs) / seconds;
  return {
    load: last.after.load,
    cpuMsSecond: cpu,
    othersCpuMsSecond: Math.round(Math.max(0, machine - sum(Object.values(cpu)))),
    residentMb: Object.fromEntries(
      Object.entries(last.after.residentBytes).map(([name, bytes]) => [name, megabytes(bytes)]),
    ),
    polls: sum(sightings.map(({ town }) => town.polls - town.heard)),
    lateMs: lateness(given),
    idling: last.town.idling,
    delivered: sum(sightings.map(({ mail }) => mail.delivered)),
    received: sum(sightings.map(({ mail }) => mail.received.watched + mail.received.polled)),
    submitted: sum(sightings.map(({ mail }) => mail.submitted)),
    sent: sum(sightings.map(({ mail }) => mail.sent)),
    noticedMs: spread(sightings.flatMap(({ mail }) => mail.noticedMs)),
    sentMs: spread(sightings.flatMap(({ mail }) => mail.sentMs)),
    open: { notReceived: last.mail.notReceived, notSent: last.mail.notSent },
    doubled: last.mail.doubled,
    mongoOperationsSecond: Math.round((last.after.mongoOperations - first.before.mongoOperations) / seconds),
    natsMessagesSecond: Math.round((last.after.natsMessages - first.before.natsMessages) / seconds),
  };
}

/** One minute for a program. */
export const minuteJson = (given: Minute) => ({
  minute: given.minute,
  ...figuresOf(given),
  consumers: given.stored.consumers,
  streams: given.stored.streams,
  collections: given.stored.collections,
});

const pairs = (figures: Readonly<Record<string, number>>) =>
  Object.entries(figures)
    .filter(([, value]) => value > 0)
    .map(([name, value]) => `${name} ${value}`)
    .join(", ");
const times = ({ p50, p95, max }: { p50: number; p95: number; max: number }) => `${p50} / ${p95} / ${max} ms`;

/** One minute for a person. */
export function minuteText(given: Minute): string {
  const f = figuresOf(given);
  const { consumers, streams, collections } = given.stored;
  const waiting = Object.entries(consumers).map(([name, { waiting, handled }]) => `${name} ${waiting} + ${handled}`);
  const held = Object.entries(streams).flatMap(([name, { count, bytes }]) =>
    count > 0 ? [`${name} ${count} (${megabytes(bytes)} MB)`] : [],
  );
  const stored = Object.entries(collections)
    .filter(([, { bytes }]) => bytes > 100_000)
    .map(([name, one]) => `${name} ${one.count} (${megabytes(one.bytes + one.indexBytes)} MB)`);
  return [
    `minute ${given.minute}: load ${f.load}, others ${f.othersCpuMsSecond} of ${availableParallelism() * 1000} ms CPU a second`,
    `  CPU, ms a second: ${pairs(f.cpuMsSecond)}`,
    `  memory, MB: ${pairs(f.residentMb)}`,
    `  ${f.polls} polls, later than the interval (p50 / p95 / max) ${times(f.lateMs)}; ${f.idling} watched`,
    `  ${f.delivered} delivered, ${f.received} received, noticed on watched ones after ${times(f.noticedMs)}`,
    `  ${f.submitted} submitted, ${f.sent} sent, after ${times(f.sentMs)}`,
    `  on the way ${f.open.notReceived} in, ${f.open.notSent} out; doubled ${f.doubled}`,
    `  MongoDB ${f.mongoOperationsSecond} operations a second; into streams ${f.natsMessagesSecond} messages a second`,
    `  waiting + handled: ${waiting.join(", ") || "nothing"}`,
    `  streams: ${held.join(", ")}`,
    `  collections: ${stored.join(", ")}`,
  ].join("\n");
}

/** The end of a soak: the whole time in figures, and the costs. */
export interface End {
  readonly costs: Costs;
  readonly outcome: Outcome;
  readonly sightings: readonly Sighting[];
  readonly intervalMs: number;
}

/** The end for a program. */
export const endJson = ({ costs, outcome, ...given }: End) => ({ ...costs, outcome, whole: figuresOf(given) });

/** The end for a person. */
export function endText({ costs, outcome, ...given }: End): string {
  const f = figuresOf(given);
  const { measured } = costs;
  const row = (name: string, cells: readonly (number | string)[]) =>
    `  ${name.padEnd(18)}${cells.map((cell) => String(cell).padStart(16)).join("")}`;
  const cost = (name: string, one: Costs["mongoOperations"]) =>
    row(name, [one.emptySecond, one.idleMailboxHour, ...happenings.map((kind) => one[kind])]);
  return [
    `${measured.mailboxes} mailboxes, ${measured.minutes} minutes, load ${measured.load.mean} (highest ${measured.load.highest})`,
    `${outcome.notReceived} lost, ${outcome.notSent} not sent, ${outcome.doubled} doubled, ${outcome.refused} refused at the API`,
    `polls later than the interval (p50 / p95 / max): ${times(f.lateMs)}`,
    `noticed on watched mailboxes after ${times(f.noticedMs)}; sent after ${times(f.sentMs)}`,
    "CPU in ms:",
    row("", ["empty, a second", "mailbox-hour", ...happenings]),
    ...Object.entries(costs.cpuMs).map(([name, one]) => cost(name, one)),
    cost("MongoDB operations", costs.mongoOperations),
    cost("NATS messages", costs.natsMessages),
    "memory, bytes a mailbox:",
    ...Object.entries(costs.memory).map(([name, { mailbox }]) => row(name, [mailbox])),
    "stored, bytes: a mailbox, a message; on disk",
    ...Object.entries(costs.collections).map(([name, one]) =>
      row(name, [one.mailbox, one.message, one.diskMailbox, one.diskMessage]),
    ),
    ...Object.entries(costs.streams).map(([name, one]) => row(name, [one.mailbox, one.message])),
  ].join("\n");
}
