import type { Costs } from "../soak/costs.ts";
import { happenings } from "../soak/costs.ts";
import { type Fleet, needsOf, services } from "./scale.ts";

const kibi = 1024;
const round = (value: number) => (value === 0 ? 0 : Number(value.toPrecision(value >= 1000 ? 3 : 2)));
const number = (value: number) => round(value).toLocaleString("en-US", { maximumFractionDigits: 3 });
const gigabytes = (bytes: number) => `${number(bytes / kibi ** 3)} GB`;

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((_, at) => Math.max(3, ...[head, ...rows].map((row) => (row[at] ?? "").length)));
  const line = (cells: readonly string[]) => `| ${cells.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(" | ")} |`;
  return [line(head), `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`, ...rows.map(line)].join("\n");
}

/** What was measured, as a table of Markdown. */
export function measuredTable(costs: Costs): string {
  const used = [
    ...Object.entries(costs.cpuMs).map(([name, cost]) => [`${name}, ms of CPU`, cost] as const),
    ["MongoDB, operations", costs.mongoOperations] as const,
    ["NATS, messages into streams", costs.natsMessages] as const,
  ].filter(([name]) => !/^(soak|mail servers)/.test(name));
  return table(
    [
      "",
      "a second, no mailbox",
      "an idle mailbox, an hour",
      "a poll",
      "a message, watched",
      "a message, polled",
      "a send",
    ],
    used.map(([name, cost]) => [
      name,
      ...[cost.emptySecond, cost.idleMailboxHour, ...happenings.map((kind) => cost[kind])].map(number),
    ]),
  );
}

/** What larger fleets need, as a table of Markdown. */
export function fleetsTable(costs: Costs, fleets: readonly Fleet[]): string {
  const needs = fleets.map((fleet) => needsOf(costs, fleet));
  const row = (name: string, cell: (need: (typeof needs)[number]) => string) => [name, ...needs.map(cell)];
  return table(
    ["mailboxes", ...fleets.map(({ mailboxes }) => mailboxes.toLocaleString("en-US"))],
    [
      row("polls a second", ({ polls }) => number(polls)),
      row("messages in, out a second", ({ received, sent }) => `${number(received)}, ${number(sent)}`),
      ...services.map((name) =>
        row(`${name}: replicas (cores used)`, (need) => {
          const { replicas, cores } = need.services[name];
          return `${number(replicas)} (${number(cores)})`;
        }),
      ),
      row("MongoDB: cores used", ({ mongo }) => number(mongo.cores)),
      row("MongoDB: operations a second", ({ mongo }) => number(mongo.operations)),
      row("MongoDB: documents of mailboxes", ({ mongo }) => gigabytes(mongo.dataBytes)),
      row("MongoDB: mail of 30 days", ({ mongo }) => gigabytes(mongo.keptBytes)),
      row("NATS: cores used", ({ nats }) => number(nats.cores)),
      row("NATS: messages into streams a second", ({ nats }) => number(nats.messages)),
      row("NATS: facts of a day", ({ nats }) => gigabytes(nats.factBytesDay)),
      row("FACTS reaches back, days", ({ nats }) => number(nats.factDays)),
      row("RUNS, if one of each mailbox waits", ({ nats }) => `${number(nats.runsShare * 100)} % of its limit`),
      row("connections held to providers", ({ connections }) => number(connections.held)),
      row("connections opened a second", ({ connections }) => number(connections.signIns)),
      row("runs under way", ({ connections }) => number(connections.underWay)),
    ],
  );
}
