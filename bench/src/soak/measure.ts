import { setTimeout as pause } from "node:timers/promises";
import type { Bus } from "@mailfleet/bus";
import type { ApiClient } from "@mailfleet/client";
import type { SoakArguments } from "./arguments.ts";
import { type Costs, costsOf, intervalOf } from "./costs.ts";
import { startMail } from "./mail.ts";
import type { SoakMailbox } from "./make-fleet.ts";
import { endJson, endText, minuteJson, minuteText } from "./print.ts";
import type { Gauges } from "./readings.ts";
import type { Empty, Sighting } from "./sighting.ts";
import type { Town } from "./start-town.ts";

const sampleMs = 10_000;
const samplesInAMinute = 6;

/** Measures for the minutes that are asked for, prints a line for each, waits for what is under way, and prints the costs. */
export async function measure(
  parts: {
    readonly api: ApiClient;
    readonly bus: Bus;
    readonly town: Town;
    readonly gauges: Gauges;
    readonly mailboxes: readonly SoakMailbox[];
    readonly empty: Empty;
    readonly replicas: Costs["replicas"];
    /** How long what is under way at the end has. */
    readonly settleMs: number;
    /** No minute begins after this. */
    readonly endBy: number;
    say(text: string): void;
  },
  given: SoakArguments,
): Promise<void> {
  const { town, gauges, mailboxes, empty, replicas, settleMs, endBy, say } = parts;
  const intervalMs = given.pollSeconds * 1000;
  const mail = await startMail(parts, given);
  try {
    await town.look();
    const storedAtStart = await gauges.stored();
    const all: Sighting[] = [];
    let before = await gauges.read();
    const look = async (): Promise<Sighting> => {
      const [after, seen] = await Promise.all([gauges.read(), town.look()]);
      mail.tookAtServer(seen.taken);
      const sighting = { before, after, town: seen, mail: mail.look() };
      before = after;
      return sighting;
    };
    const begun = Date.now();
    for (let minute = 1; minute <= given.minutes && Date.now() < endBy; minute += 1) {
      const sightings: Sighting[] = [];
      for (let n = 1; n <= samplesInAMinute; n += 1) {
        await pause(Math.max(0, begun + ((minute - 1) * samplesInAMinute + n) * sampleMs - Date.now()));
        sightings.push(await look());
      }
      all.push(...sightings);
      const stored = await gauges.stored();
      const line = { minute, intervalMs, sightings, stored };
      console.log(given.json ? JSON.stringify(minuteJson(line)) : minuteText(line));
    }
    mail.end();
    say(`no more mail; what is under way has ${settleMs / 1000} s`);
    const storedAtEnd = await gauges.stored();
    const deadline = Date.now() + settleMs;
    let open = (await look()).mail;
    while (open.notReceived + open.notSent > 0 && Date.now() < deadline) {
      await pause(sampleMs);
      open = (await look()).mail;
    }
    const costs = costsOf({
      ...{ given, replicas, mailboxes: mailboxes.length, empty },
      intervals: all.map(intervalOf),
      loads: all.map(({ after }) => after.load),
      stored: { atStart: storedAtStart, atEnd: storedAtEnd },
      last: all.at(-1)?.after ?? before,
    });
    const { notReceived, notSent, doubled, refused } = open;
    const end = { costs, outcome: { notReceived, notSent, doubled, refused }, sightings: all, intervalMs };
    console.log(given.json ? JSON.stringify(endJson(end)) : endText(end));
  } finally {
    await mail.stop();
  }
}
