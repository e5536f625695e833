import type { Direction, Purpose, ServiceName, Severity } from "./vocabulary.ts";

/** Types of facts about a mailbox; `config` writes them. */
export const mailboxFacts = [
  "created",
  "changed",
  "transitioned",
  "tested",
  "deleted",
  "alert-raised",
  "alert-cleared",
] as const;
export type MailboxFact = (typeof mailboxFacts)[number];

/** Types of facts about a profile; `config` writes them. */
export const profileFacts = ["created", "changed", "deleted"] as const;
export type ProfileFact = (typeof profileFacts)[number];

/** Types of facts about a job; `config` writes them. */
export const jobFacts = ["started", "progressed", "ended"] as const;
export type JobFact = (typeof jobFacts)[number];

/** Types of facts about mail; `inbound-sync` and `outbound-send` write them. */
export const mailFacts = [
  "received",
  "probe-received",
  "report-received",
  "answer-received",
  "sent",
  "deferred",
  "waiting",
  "uncertain",
  "failed",
  "expired",
  "undeliverable",
  "answered",
  "alert-raised",
  "alert-cleared",
] as const;
export type MailFact = (typeof mailFacts)[number];

/** Types of facts about a run that is under way; the worker that runs it writes them. */
export const runFacts = ["step", "finished"] as const;
export type RunFact = (typeof runFacts)[number];

/** Types of facts about alerts; `alerting` writes them. */
export const alertFacts = ["raised", "cleared"] as const;
export type AlertFact = (typeof alertFacts)[number];

/** Types of facts about incidents; `alerting` writes them, among those about alerts. */
export const incidentFacts = ["incident-opened", "incident-ended"] as const;
export type IncidentFact = (typeof incidentFacts)[number];

/** Builds subjects. No other place in the system spells one out. */
export const subjects = {
  mailboxEvent: (mailboxId: string) => `mailbox.event.${mailboxId}`,
  /** Tests carry their generation, so that a newer test never waits behind an older one. */
  run: (direction: Direction, purpose: Purpose, mailboxId: string, generation: number) =>
    purpose === "test"
      ? `run.${direction}.test.${mailboxId}.${generation}`
      : `run.${direction}.${purpose}.${mailboxId}`,
  send: (mailboxId: string) => `send.${mailboxId}`,
  timerSet: (ownerId: string) => `timer.set.${ownerId}`,
  timerClear: (ownerId: string) => `timer.clear.${ownerId}`,
  mailboxFact: (mailboxId: string, type: MailboxFact) => `fact.mailbox.${mailboxId}.${type}`,
  profileFact: (profileId: string, type: ProfileFact) => `fact.profile.${profileId}.${type}`,
  jobFact: (jobId: string, type: JobFact) => `fact.job.${jobId}.${type}`,
  mailFact: (mailboxId: string, type: MailFact) => `fact.mail.${mailboxId}.${type}`,
  runFact: (mailboxId: string, type: RunFact) => `fact.run.${mailboxId}.${type}`,
  alertFact: (severity: Severity, type: AlertFact) => `fact.alert.${severity}.${type}`,
  incidentFact: (severity: Severity, type: IncidentFact) => `fact.alert.${severity}.${type}`,
  dead: (service: ServiceName, consumer: string) => `dead.${service}.${consumer}`,
  audit: (service: ServiceName) => `audit.${service}`,
  deploymentMark: () => "deployment.mark",
  /** `<service>.v1.<resource>.<verb>`, core request/reply in a queue group per service. */
  request: (service: ServiceName, resource: string, verb: string) => `${service}.v1.${resource}.${verb}`,
} as const;

/** What facts are about, in their subjects. */
const factSubjects = ["mailbox", "profile", "job", "mail", "run", "alert"] as const;
type FactSubject = (typeof factSubjects)[number];

/** All facts about these, as a subject with `*` for names and types. */
export const factsAbout = (...about: readonly FactSubject[]): string[] => about.map((one) => `fact.${one}.*.*`);

/** All requests to a service, as a subject. */
export const requestsTo = (service: ServiceName) => `${service}.v1.>`;

/** Where messages about a mailbox stand in the streams, as far as their subjects name it. */
export const subjectsOfMailbox = (mailboxId: string) =>
  [
    { stream: "MAILBOX", subject: subjects.mailboxEvent(mailboxId) },
    { stream: "RUNS", subject: `run.*.*.${mailboxId}` },
    { stream: "RUNS", subject: `run.*.test.${mailboxId}.*` },
    { stream: "SENDS", subject: subjects.send(mailboxId) },
    { stream: "TIMERS", subject: `timer.*.${mailboxId}` },
    { stream: "FACTS", subject: `fact.*.${mailboxId}.*` },
  ] as const;

/** Where messages about a mailbox stand under subjects that do not name it. */
export const subjectsOfAny = [
  { stream: "FACTS", subject: "fact.alert.>" },
  { stream: "DEAD", subject: "dead.>" },
] as const;

/** The parts of a subject. */
export type ParsedSubject =
  | { stream: "MAILBOX"; mailboxId: string }
  | { stream: "RUNS"; direction: string; purpose: string; mailboxId: string; generation?: number }
  | { stream: "SENDS"; mailboxId: string }
  | { stream: "TIMERS"; action: "set" | "clear"; ownerId: string }
  | { stream: "FACTS"; about: FactSubject; id: string; type: string }
  | { stream: "DEAD"; service: string; consumer: string }
  | { stream: "AUDIT"; service: string }
  | { stream: "DEPLOYMENT" };

/** Reads a subject; `null` if it is not one of ours. */
export function parseSubject(subject: string): ParsedSubject | null {
  const [first = "", second = "", third = "", fourth = "", fifth] = subject.split(".");
  if (first === "mailbox" && second === "event" && third) return { stream: "MAILBOX", mailboxId: third };
  if (first === "run" && third && fourth) {
    const generation = fifth === undefined ? {} : { generation: Number(fifth) };
    return { stream: "RUNS", direction: second, purpose: third, mailboxId: fourth, ...generation };
  }
  if (first === "send" && second) return { stream: "SENDS", mailboxId: second };
  if (first === "timer" && (second === "set" || second === "clear") && third)
    return { stream: "TIMERS", action: second, ownerId: third };
  const about = factSubjects.find((one) => one === second);
  if (first === "fact" && fourth && about) return { stream: "FACTS", about, id: third, type: fourth };
  if (first === "audit" && second) return { stream: "AUDIT", service: second };
  if (first === "dead" && third) return { stream: "DEAD", service: second, consumer: third };
  if (subject === subjects.deploymentMark()) return { stream: "DEPLOYMENT" };
  return null;
}
