import { leaseMs, lengthsOf } from "./lengths.ts";
import type { ServiceName } from "./vocabulary.ts";

const MiB = 1024 * 1024;
const day = 86_400_000;

/** A JetStream stream, as every service declares it. */
export interface StreamDefinition {
  readonly name: string;
  readonly subjects: readonly string[];
  /** `work-queue`: a message goes when it is acknowledged, new ones are refused when full. `limits`: the oldest go. */
  readonly retention: "work-queue" | "limits";
  readonly maxBytes: number;
  readonly maxAgeMs?: number;
  /** At most one outstanding message per subject; another is refused, which is how runs coalesce. */
  readonly onePerSubject?: boolean;
  /** A new message takes the place of the one before on its subject. */
  readonly latestPerSubject?: boolean;
  /** Time in which a repeated `Nats-Msg-Id` is recognised. */
  readonly duplicateWindowMs: number;
}

/** All streams of the system. The number of replicas belongs to the deployment, not here. */
export const streams = {
  MAILBOX: {
    name: "MAILBOX",
    subjects: ["mailbox.event.*"],
    retention: "work-queue",
    maxBytes: 256 * MiB,
    duplicateWindowMs: 120_000,
  },
  RUNS: {
    name: "RUNS",
    subjects: ["run.*.*.*", "run.*.test.*.*"],
    retention: "work-queue",
    maxBytes: 256 * MiB,
    onePerSubject: true,
    duplicateWindowMs: 120_000,
  },
  SENDS: {
    name: "SENDS",
    subjects: ["send.*"],
    retention: "work-queue",
    maxBytes: 64 * MiB,
    onePerSubject: true,
    duplicateWindowMs: 120_000,
  },
  TIMERS: {
    name: "TIMERS",
    subjects: ["timer.set.*", "timer.clear.*"],
    retention: "work-queue",
    maxBytes: 256 * MiB,
    duplicateWindowMs: 120_000,
  },
  FACTS: {
    name: "FACTS",
    subjects: ["mailbox", "profile", "job", "mail", "run", "alert"].map((about) => `fact.${about}.*.*`),
    retention: "limits",
    maxBytes: 2048 * MiB,
    maxAgeMs: 14 * day,
    duplicateWindowMs: 120_000,
  },
  DEAD: {
    name: "DEAD",
    subjects: ["dead.*.*"],
    retention: "limits",
    maxBytes: 256 * MiB,
    maxAgeMs: 30 * day,
    duplicateWindowMs: 120_000,
  },
  /** What was done, until it is kept. Nothing is lost where nobody takes it: it waits where it came from. */
  AUDIT: {
    name: "AUDIT",
    subjects: ["audit.*"],
    retention: "work-queue",
    maxBytes: 256 * MiB,
    duplicateWindowMs: 120_000,
  },
  /** One message: whose NATS this is. */
  DEPLOYMENT: {
    name: "DEPLOYMENT",
    subjects: ["deployment.mark"],
    retention: "limits",
    maxBytes: MiB,
    latestPerSubject: true,
    duplicateWindowMs: 120_000,
  },
} as const satisfies Record<string, StreamDefinition>;
export type StreamName = keyof typeof streams;

/** A durable pull consumer, shared by all replicas of its service. */
export interface ConsumerDefinition {
  readonly service: ServiceName;
  readonly stream: StreamName;
  /** Durable name, unique over the system. */
  readonly name: string;
  /** Filters of consumers on one work queue never overlap (error 10100). */
  readonly filters: readonly string[];
  /** A message not acknowledged or extended in this time goes to another replica. */
  readonly ackWaitMs: number;
  readonly maxAckPending: number;
}

const consumer = (
  service: ServiceName,
  stream: StreamName,
  name: string,
  filters: string[],
  maxAckPending = 1000,
): ConsumerDefinition => ({ service, stream, name, filters, ackWaitMs: lengthsOf(leaseMs).ackWaitMs, maxAckPending });

/** All consumers of the system: one durable per service and purpose. Tests never queue behind polls. */
export const consumers = {
  configEvents: consumer("config", "MAILBOX", "config-events", ["mailbox.event.*"]),
  schedulerTimers: consumer("scheduler", "TIMERS", "scheduler-timers", ["timer.set.*", "timer.clear.*"], 5000),
  inboundTests: consumer("inbound-sync", "RUNS", "inbound-tests", ["run.inbound.test.*.*"]),
  inboundRuns: consumer("inbound-sync", "RUNS", "inbound-runs", ["run.inbound.sync.*", "run.inbound.probe.*"]),
  actTests: consumer("inbound-sync", "RUNS", "act-tests", ["run.act.test.*.*"]),
  actRuns: consumer("inbound-sync", "RUNS", "act-runs", ["run.act.sync.*", "run.act.probe.*"]),
  outboundTests: consumer("outbound-send", "RUNS", "outbound-tests", ["run.outbound.test.*.*"]),
  outboundRuns: consumer("outbound-send", "RUNS", "outbound-runs", ["run.outbound.sync.*", "run.outbound.probe.*"]),
  outboundSends: consumer("outbound-send", "SENDS", "outbound-sends", ["send.*"]),
  inboundLifecycle: consumer("inbound-sync", "FACTS", "inbound-lifecycle", [
    "fact.mailbox.*.transitioned",
    "fact.mailbox.*.deleted",
  ]),
  outboundLifecycle: consumer("outbound-send", "FACTS", "outbound-lifecycle", [
    "fact.mailbox.*.transitioned",
    "fact.mailbox.*.deleted",
  ]),
  outboundReports: consumer("outbound-send", "FACTS", "outbound-reports", ["fact.mail.*.report-received"]),
  outboundAnswers: consumer("outbound-send", "FACTS", "outbound-answers", ["fact.mail.*.answer-received"]),
  alertingFacts: consumer("alerting", "FACTS", "alerting-facts", [
    "fact.mailbox.*.alert-raised",
    "fact.mailbox.*.alert-cleared",
    "fact.mailbox.*.deleted",
    "fact.profile.*.deleted",
    "fact.mail.*.alert-raised",
    "fact.mail.*.alert-cleared",
  ]),
  alertingAudit: consumer("alerting", "AUDIT", "alerting-audit", ["audit.*"]),
  alertingDeadLetters: consumer("alerting", "DEAD", "alerting-dead-letters", ["dead.*.*"]),
} as const satisfies Record<string, ConsumerDefinition>;
