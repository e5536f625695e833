import { z } from "zod";
import { Instant } from "../ids.ts";
import { noun } from "../noun/noun.ts";
import { operation } from "../noun/operation.ts";
import { ServiceName } from "../vocabulary.ts";

/** What a check found: `ok`; `warn`, somebody should look; `fail`, something does not work. */
export const FindingLevel = z.enum(["ok", "warn", "fail"]);

/** What one check of one service found, for people. */
export const Finding = z.object({
  check: z.string().describe("its name"),
  service: ServiceName,
  level: FindingLevel.describe("ok; warn: somebody should look; fail: something does not work"),
  text: z.string().describe("what was found, in a sentence"),
  todo: z.string().optional().describe("what to do now"),
  runbook: z.string().optional().describe("page in the repository that says more"),
});
export type Finding = z.output<typeof Finding>;

/** One process of a service, as it describes itself. */
export const ServiceHealth = z.object({
  service: ServiceName,
  version: z.string(),
  node: z.string().describe("version of Node"),
  replica: z.string().nullable(),
  startedAt: Instant,
  engines: z.object({ mongodb: z.string().nullable(), nats: z.string().nullable() }).describe("their versions"),
  deployment: z.string().nullable().describe("id of the deployment; null if it is not known"),
  findings: z.array(Finding),
});
export type ServiceHealth = z.output<typeof ServiceHealth>;

/** A process as somebody sees it who helps: its metrics as text, and its last log lines, which hold no address. */
export const ProcessDescription = z.object({ metrics: z.string(), log: z.array(z.string()) });

/** What a service has said or set once more, and how often. */
export const Repaired = z.object({ what: z.string(), count: z.number().int() });
export type Repaired = z.output<typeof Repaired>;
/** Of all mailboxes of a large installation, milliseconds. */
export const repairMs = 300_000;

const kept = <Owner extends ServiceName>(owner: Owner) =>
  noun("health", {
    owner,
    id: z.string(),
    single: true,
    framed: false,
    text: "how a service is",
    fields: {},
    standard: [],
    operations: {
      look: operation({
        text: "Look at everything that it answers for",
        kind: "internal",
        input: {},
        answer: ServiceHealth,
      }),
      describe: operation({
        text: "Metrics and the last log lines, for the people who help",
        kind: "internal",
        input: {},
        answer: ProcessDescription,
      }),
      repair: operation({
        text: "Publish again what follows from its documents; nothing happens twice",
        kind: "internal",
        input: {},
        answer: z.object({ items: z.array(Repaired) }),
        timeoutMs: repairMs,
      }),
    },
  });

/** What each service knows of itself. One of its processes answers. */
export const configHealth = kept("config");
export const schedulerHealth = kept("scheduler");
export const inboundHealth = kept("inbound-sync");
export const outboundHealth = kept("outbound-send");
export const alertingHealth = kept("alerting");
export const consoleHealth = kept("console");
