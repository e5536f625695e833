import type { HistoryEntry } from "@mailfleet/contracts";
import type { Shown } from "../shown.ts";
import { type Column, time } from "../table.ts";

type Entry = Shown<HistoryEntry>;

/** `enabled.running (inbound enabled.running, outbound testing)` as its lifecycle word and a state for each direction. */
function read(state: string): { lifecycle: string; states: ReadonlyMap<string, string> } {
  const [, lifecycle = "", directions = ""] = /^(\S*)(?: \((.*)\))?$/.exec(state) ?? [];
  const pairs = directions.split(", ").map((one) => one.split(" ") as [string, string]);
  return { lifecycle, states: new Map(directions === "" ? [] : pairs) };
}

/** What is different after an entry: the whole mailbox in one word, then each direction that changed. */
export function changeWords({ from, to }: Pick<Entry, "from" | "to">): string {
  const before = read(from);
  const after = read(to);
  const changed = [...after.states].flatMap(([direction, state]) => {
    const was = before.states.get(direction) ?? "off";
    return was === state ? [] : [`${direction} ${was} → ${state}`];
  });
  const stays = before.lifecycle === after.lifecycle && changed.length === 0;
  return stays ? `stays ${after.lifecycle}` : [after.lifecycle, changed.join(", ")].filter(Boolean).join(": ");
}

/** The table of `mailfleet mailbox history`. What changed comes last and whole: both states are long. */
export const historyColumns: readonly Column<Entry>[] = [
  { title: "V", of: ({ v }) => v },
  { title: "AT", of: ({ at }) => time(at) },
  { title: "EVENT", of: ({ event }) => event },
  { title: "BY", of: ({ by }) => by },
  { title: "CAUSE", of: ({ cause }) => cause },
  { title: "CHANGE", of: changeWords, whole: true },
];
