import { setTimeout as pause } from "node:timers/promises";
import type { LinkState } from "@mailfleet/local/testing";
import { engineLinks, type LinkName, mailLinks } from "../links.ts";
import type { Scenario } from "../scenario.ts";

/** How long a link is spoilt: a silence has to outlast what notices it, slowness the leases. */
const LENGTH_MS = { cut: 4000, silent: 16_000, slow: 12_000 } as const;
type Spoilt = Exclude<LinkState, "open">;

const words: Readonly<Record<Spoilt, string>> = { cut: "cut", silent: "half open", slow: "slow" };

const spoil = (name: string, links: readonly LinkName[], state: Spoilt, short: boolean): Scenario => ({
  name: `${name} ${words[state]}`,
  short,
  replicas: 2,
  // A link to the mail server that breaks takes the answers to what was on the wire with it.
  uncertainSends: links.includes("outbound-send/smtp") && state !== "slow",
  disturb: async (town) => {
    for (const link of links) town.links.set(link, state);
    try {
      await pause(LENGTH_MS[state]);
    } finally {
      for (const link of links) town.links.set(link, "open");
    }
  },
});

const ofWorkers = (engine: "nats" | "mongo"): LinkName[] => [`inbound-sync/${engine}`, `outbound-send/${engine}`];
const each = [...engineLinks, ...mailLinks];

/** Each link spoilt alone, in three ways; in the short form several at once. */
export const cuts: readonly Scenario[] = [
  spoil("both workers' links to NATS", ofWorkers("nats"), "cut", true),
  spoil("both workers' links to MongoDB", ofWorkers("mongo"), "cut", true),
  spoil("config's link to MongoDB", ["config/mongo"], "silent", true),
  spoil("all links to the mail server", mailLinks, "cut", true),
  ...(["cut", "silent", "slow"] as const).flatMap((state) =>
    each.map((link) => spoil(`the link ${link}`, [link], state, false)),
  ),
];
