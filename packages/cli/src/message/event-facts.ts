import type { MailEvent } from "@mailfleet/contracts";
import type { Fact } from "../noun/show.ts";
import type { Shown } from "../shown.ts";
import { time } from "../table.ts";

/** What happened to a message, a line each, below a line of its own. */
export const eventFacts = ({ events }: { readonly events: readonly Shown<MailEvent>[] }): readonly Fact[] => [
  ["events", " "],
  ...events.map(({ at, what, words }): Fact => [`  ${what}`, [time(at), words].filter(Boolean).join("  ")]),
];
