import { z } from "zod";
import { Instant } from "../ids.ts";
import { noun } from "../noun/noun.ts";
import { operation } from "../noun/operation.ts";
import { whole } from "../noun/whole.ts";

/** A slot of time in milliseconds, and how long what was counted in it is kept. */
export const throughputSlots = {
  minute: { ms: 60_000, keptMs: 2 * 86_400_000 },
  hour: { ms: 3_600_000, keptMs: 35 * 86_400_000 },
} as const;
export type ThroughputSlot = keyof typeof throughputSlots;
const by = z.enum(["minute", "hour"]);

/** What a worker counted in a slot: messages that it is done with, those that failed for good, and the delays of the first in all. */
const Counted = z.object({
  at: Instant,
  messages: z.number().int(),
  failed: z.number().int(),
  delayMs: z.number().int(),
});
export type Counted = z.output<typeof Counted>;

const kept = <Owner extends "inbound-sync" | "outbound-send">(owner: Owner) =>
  noun("throughput", {
    owner,
    id: z.string(),
    single: true,
    framed: false,
    text: "what one direction of all mailboxes did, by minute and by hour",
    fields: {},
    standard: [],
    operations: {
      count: operation({
        text: "Read what was counted since then; slots in which nothing happened are left out",
        kind: "internal",
        input: { by, since: Instant },
        answer: z.object({ items: z.array(Counted) }),
      }),
    },
  });

/** What each worker counts. */
export const inboundThroughput = kept("inbound-sync");
export const outboundThroughput = kept("outbound-send");

const delay = z.number().int().nullable();

/** How much mail comes and goes in the whole fleet, over time. The console asks those who receive and those who send. */
export const throughput = noun("throughput", {
  owner: "console",
  id: z.string(),
  single: true,
  framed: false,
  text: "how much mail came in and went out, how much failed, and how long it took, over time",
  path: "/throughput",
  fields: {},
  standard: [],
  operations: {
    show: operation({
      text: "Count received, sent and failed mail by minute (of two days) or by hour (of five weeks), the oldest first",
      kind: "read",
      at: "/throughput",
      input: {
        by: by.default("minute").describe("minute, the default, or hour"),
        last: whole(1, 1440).default(120).describe("how many slots, the present one included: 1 to 1440, default 120"),
      },
      answer: z.object({
        items: z.array(
          z.object({
            at: Instant.describe("when the slot began"),
            received: z.number().int().describe("messages that were stored"),
            sent: z.number().int().describe("sends that a server accepted"),
            failed: z.number().int().describe("sends that failed or expired"),
            receivedDelayMs: delay.describe(
              "mean time from arrival at the server until stored; null: there was nothing",
            ),
            sentDelayMs: delay.describe("mean time from acceptance until sent; null: there was nothing"),
          }),
        ),
      }),
    }),
  },
});
/** What happened in one slot, as the API shows it. */
export type Throughput = z.output<typeof throughput.operations.show.answer>["items"][number];
