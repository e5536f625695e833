import { setTimeout as pause } from "node:timers/promises";
import { serviceNames } from "@mailfleet/contracts";
import type { LinkState } from "@mailfleet/local/testing";
import { type LinkName, mailLinks } from "../links.ts";
import type { Scenario } from "../scenario.ts";
import { lengths } from "../town.ts";

/** How long a link is spoilt: a silence has to outlast what notices it (15 s), slowness the leases. */
const LENGTH_MS = { cut: 4000, silent: 16_000, slow: lengths.holdMs + 2000 } as const;
type Spoilt = Exclude<LinkState, "open">;

const words: Readonly<Record<Spoilt, string>> = { cut: "cut", silent: "half open", slow: "slow" };

const spoil = (name: string, links: readonly LinkName[], state: Spoilt, short: boolean): Scenario => ({
  name: `${name} ${words[state]}`,
  short,
  replicas: 2,
  // A link to the mail server that breaks takes the answers to what was on the wire with it.
  uncertainSends: links.includes("outbound-send/smtp") && state !== "slow",
  // Slow servers make runs longer than a lease: it must be renewed meanwhile.
  keepsLeases: state === "slow" && links.every((link) => mailLinks.includes(link as never)),
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

/** Each link of a service to an engine once, two at a time: that of one service to NATS, of another one to MongoDB. */
const pairs: readonly (readonly LinkName[])[] = serviceNames.map((service, n) => {
  const other = serviceNames[(n + 2) % serviceNames.length] ?? service;
  return [`${service}/nats`, `${other}/mongo`];
});

/** Each link spoilt, in three ways. */
export const cuts: readonly Scenario[] = [
  spoil("both workers' links to NATS", ofWorkers("nats"), "cut", true),
  spoil("both workers' links to MongoDB", ofWorkers("mongo"), "cut", true),
  spoil("config's link to MongoDB", ["config/mongo"], "silent", true),
  spoil("all links to the mail server", mailLinks, "cut", true),
  spoil("all links to the mail server", mailLinks, "slow", true),
  spoil("all links to the mail server", mailLinks, "silent", false),
  ...(["cut", "silent", "slow"] as const).flatMap((state) =>
    pairs.map((links) => spoil(`the links ${links.join(" and ")}`, links, state, false)),
  ),
];
