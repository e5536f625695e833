import type { RequestHandlers } from "@mailfleet/bus";
import {
  type AuditEntry,
  type Counted,
  type FoundMail,
  type HistoryEntry,
  type ImportLine,
  type Incident,
  type Job,
  type LifecycleWord,
  type Mailbox,
  type OutgoingMessage,
  ProblemError,
  subjects,
  type TestStep,
  type ThroughputSlot,
  throughputSlots,
} from "@mailfleet/contracts";
import { mailboxSample, profileSample } from "./samples.ts";
import { alertSamples } from "./sign-in-doubles.ts";

/** Stand-ins of the other services with a fleet of this size, for the administrator's page. */
export interface FleetDoubles {
  readonly handlers: RequestHandlers;
  readonly mailboxes: Map<string, Mailbox>;
  /** Commands that were given, as `verb id`. */
  readonly given: string[];
  /** A mailbox in this state from now on, and the fact that says so. */
  move(id: string, lifecycle: LifecycleWord, state: Mailbox["directions"]["inbound"]["state"]): OutgoingMessage;
  /** The fact that a step of a test was done. */
  step(id: string, index: number, step: TestStep): OutgoingMessage;
}

const incidentSample: Incident = {
  ...{ id: "in_sample01", v: 1, createdAt: 1, changedAt: 1 },
  object: { type: "profile", id: profileSample.id, label: profileSample.name },
  ...{ code: "CONNECTION_REFUSED", severity: "error", text: "The server refuses connections on this port." },
  ...{ remedy: "Check that the mail server is running.", state: "raised", alerts: 3, most: 3 },
  ...{ hosts: ["mail.example.org"], firstAt: Date.now() - 600_000, clearedAt: null },
  ...{ acknowledged: null, muted: null, escalatedAt: null, notification: "sent" },
};

const busy = { code: "NOT_POSSIBLE_NOW", detail: "The mailbox is busy." } as const;

const mailSample: FoundMail = {
  ...{ id: "mb_fleet00001/INBOX:1:7", state: "received", at: Date.now() - 5000, mailboxId: "mb_fleet00001" },
  ...{ messageId: "<4711@example.net>", from: "a@example.net", to: ["box-00001@example.org"] },
  ...{ subject: "The offer of May", why: null },
};

/** What was done, the latest first: more than the page reads at once, every third of it refused. */
const auditSamples: readonly AuditEntry[] = Array.from({ length: 150 }, (_, n) => {
  const refused = n % 3 === 2;
  return {
    ...{ id: `au_sample${n}`, at: Date.UTC(2026, 10, 30, 12) - n * 60_000, operation: "mailbox.approve" },
    by: { kind: "token", id: refused ? "tk_ben01" : "tk_anna01", name: refused ? "ben" : "anna", from: "192.0.2.7" },
    object: { type: "mailbox", id: `mb_fleet${String(n).padStart(5, "0")}`, label: `box-${n}@example.org` },
    ...(refused
      ? { outcome: "refused", code: "FORBIDDEN", detail: 'The token "ben" may not do mailbox.approve.', changes: [] }
      : { outcome: "accepted", changes: [{ field: "approval.by", after: "anna" }] }),
  };
});

/** Mail that comes and goes like waves, and fails now and then; in the present slot there is none yet. */
function counted(by: ThroughputSlot, since: number, most: number): Counted[] {
  const { ms } = throughputSlots[by];
  const items: Counted[] = [];
  for (let at = since; at + ms <= Date.now(); at += ms) {
    const messages = Math.round(most * (1 + Math.sin(at / ms / 7)));
    items.push({
      at,
      messages,
      failed: (at / ms) % 11 === 0 ? 2 : 0,
      delayMs: messages * (200 + ((at / ms) % 9) * 50),
    });
  }
  return items;
}

const words: readonly LifecycleWord[] = ["enabled.running", "enabled.running", "enabled.running", "disabled.failed"];

/** See `FleetDoubles`. */
export function fleetDoubles(size: number): FleetDoubles {
  const mailboxes = new Map<string, Mailbox>();
  const jobs = new Map<string, Job>();
  const lines: ImportLine[] = [];
  let incident = incidentSample;
  for (let n = 0; n < size; n += 1) {
    const id = `mb_fleet${String(n).padStart(5, "0")}`;
    const lifecycle: LifecycleWord = n === 0 ? "pendingApproval" : words[n % words.length]!;
    mailboxes.set(id, { ...mailboxSample, id, address: `box-${String(n).padStart(5, "0")}@example.org`, lifecycle });
  }
  const find = (id: string): Mailbox => {
    const found = mailboxes.get(id);
    if (!found) throw new ProblemError("NOT_FOUND", `There is no mailbox ${id}.`);
    return found;
  };
  const given: string[] = [];
  let facts = 0;
  const fact = (subject: string, type: string, mailboxId: string, body: object): OutgoingMessage => {
    facts += 1;
    return { id: `page:${process.pid}:${facts}`, subject, type, mailboxId, at: Date.now(), body } as OutgoingMessage;
  };
  const change = (id: string, lifecycle: LifecycleWord, state: Mailbox["directions"]["inbound"]["state"]): Mailbox => {
    const before = find(id);
    const { inbound, outbound, act } = before.directions;
    const one = { ...inbound, state, generation: inbound.generation + 1 };
    const changed: Mailbox = {
      ...before,
      ...{ v: before.v + 1, lifecycle },
      directions: { inbound: one, outbound: { ...outbound, state, generation: one.generation }, act },
    };
    mailboxes.set(id, changed);
    return changed;
  };
  const command =
    (verb: string, lifecycle: LifecycleWord, state: Mailbox["directions"]["inbound"]["state"]) =>
    async ({ id }: { id: string }) => {
      given.push(`${verb} ${id}`);
      return change(id, lifecycle, state);
    };
  const history: HistoryEntry[] = [
    { v: 2, at: Date.now() - 60_000, event: "approve", from: "pendingApproval", to: "approved", by: "anna" },
  ];
  return {
    mailboxes,
    given,
    move: (id, lifecycle, state) => {
      const { lifecycle: from } = find(id);
      const { address, profileId, v, directions } = change(id, lifecycle, state);
      const short = Object.fromEntries(
        Object.entries(directions).map(([name, { generation, attempt, verdict, ...one }]) => [
          name,
          { state: one.state, generation, attempt, verdict },
        ]),
      );
      return fact(subjects.mailboxFact(id, "transitioned"), "mailbox.transitioned.v1", id, {
        ...{ mailboxId: id, v, at: Date.now(), address, profileId, event: "run-succeeded" },
        ...{ lifecycle: { from, to: lifecycle }, directions: short },
      });
    },
    step: (id, index, step) =>
      fact(subjects.runFact(id, "step"), "run.step.v1", id, {
        ...{ mailboxId: id, direction: "inbound", purpose: "test", at: Date.now(), index, step },
        generation: find(id).directions.inbound.generation,
      }),
    handlers: {
      "config.mailbox.counts": async () => {
        const lifecycle: Partial<Record<LifecycleWord, number>> = {};
        for (const one of mailboxes.values()) lifecycle[one.lifecycle] = (lifecycle[one.lifecycle] ?? 0) + 1;
        return { total: mailboxes.size, lifecycle };
      },
      "config.mailbox.list": async ({ lifecycle, search, sort, cursor, limit = 100 }) => {
        const ordered = sort?.startsWith("-") ? [...mailboxes.values()].toReversed() : [...mailboxes.values()];
        const all = ordered.filter(
          (one) =>
            (lifecycle === undefined || one.lifecycle.startsWith(lifecycle)) && one.address.includes(search ?? ""),
        );
        const from = Number(cursor ?? 0);
        return { items: all.slice(from, from + limit), next: from + limit < all.length ? String(from + limit) : null };
      },
      "config.mailbox.get": async ({ id }) => find(id),
      "config.mailbox.find": async ({ address }) => find(`mb_fleet${address.replace(/\D/g, "")}`),
      "config.mailbox.history": async () => ({ items: history }),
      "config.mailbox.approve": command("approve", "approved", "idle"),
      "config.mailbox.test-and-enable": command("test-and-enable", "testing", "testing"),
      "config.mailbox.disable": command("disable", "disabled.byAdmin", "idle"),
      "config.mailbox.sync-now": async () => {
        throw new ProblemError("NOT_POSSIBLE_NOW", "The mailbox is busy.", { remedy: "Wait a minute." });
      },
      "config.profile.list": async () => ({ items: [profileSample], next: null }),
      "config.profile.get": async () => profileSample,
      "config.profile.test-connection": async () => ({
        ...{ outcome: "failed", at: Date.now(), mailbox: null },
        directions: [
          {
            ...{ direction: "inbound", server: "imap mail.example.org:993 tls", outcome: "failed" },
            steps: [{ step: "connect", outcome: "failed", ms: 7, detail: "ECONNREFUSED", remedy: "Start the server." }],
          },
        ],
      }),
      "config.profile.update": async ({ change }) => {
        given.push(`profile ${JSON.stringify(change)}`);
        return profileSample;
      },
      "config.grant.get": async () => null,
      "alerting.audit.list": async ({ by, operation, outcome, mailboxId, since = 0, cursor, limit = 100 }) => {
        const found = auditSamples.filter(
          (one) =>
            (by === undefined || by === one.by.name || by === one.by.id) &&
            (operation ?? one.operation) === one.operation &&
            (outcome ?? one.outcome) === one.outcome &&
            (mailboxId ?? one.object.id) === one.object.id &&
            one.at >= since,
        );
        const from = Number(cursor ?? 0);
        const next = from + limit < found.length ? String(from + limit) : null;
        return { items: found.slice(from, from + limit), next };
      },
      "alerting.alert.list": async () => ({ items: alertSamples.slice(0, 1), next: null }),
      "alerting.incident.list": async ({ state }) => ({ items: state === "cleared" ? [] : [incident], next: null }),
      "alerting.incident.acknowledge": async () => {
        given.push("acknowledge");
        incident = { ...incident, acknowledged: { by: "administrator", at: Date.now() } };
        return incident;
      },
      "alerting.incident.mute": async ({ reason, until }) => {
        given.push(`mute for ${Math.round((until - Date.now()) / 3_600_000)} h`);
        incident = { ...incident, muted: { by: "administrator", at: Date.now(), reason, until } };
        return incident;
      },
      "config.job.place-lines": async ({ lines: placed }) => ({
        known: false,
        lines: placed.map(({ line }) => ({ line, mailboxId: `mb_csv${line}`, profileId: profileSample.id })),
      }),
      "config.job.add-lines": async ({ lines: added }) => {
        lines.push(...added);
        return {};
      },
      "config.job.create": async ({ id, dryRun, new: asked }) => {
        const { verb, mailboxIds = [...mailboxes.keys()], count } = asked;
        const imported = lines.splice(0).map(({ line, mailboxId, address, problem }) => ({
          ...{ line, mailboxId, ok: !problem, ...(address ? { address } : {}), ...(problem ? { problem } : {}) },
        }));
        const named = mailboxIds.map((mailboxId) => ({
          ...{ mailboxId, address: find(mailboxId).address, ok: verb !== "disable" || mailboxId !== "mb_fleet00002" },
          ...(verb === "disable" && mailboxId === "mb_fleet00002" ? { problem: busy } : {}),
        }));
        const results = verb === "import" ? imported : named;
        if (!dryRun) given.push(`job ${verb} of ${mailboxIds.length}, counted ${count}`);
        const made: Job = {
          ...{ id, verb, mailboxIds, results, state: dryRun ? "done" : "running" },
          ...{ total: results.length, done: dryRun ? results.length : 1 },
          failed: dryRun ? results.filter(({ ok }) => !ok).length : 0,
          ...{ createdAt: Date.now(), by: "administrator" },
        };
        if (!dryRun) jobs.set(id, made);
        return made;
      },
      "config.job.get": async ({ id }) => {
        const found = jobs.get(id)!;
        // It gets on each time that it is looked at.
        const done = Math.min(found.total, found.done + 1);
        jobs.set(id, { ...found, done, state: done === found.total ? "done" : "running" });
        return found;
      },
      "config.job.list": async () => ({ items: [...jobs.values()], next: null }),
      "inbound-sync.throughput.count": async ({ by, since }) => ({ items: counted(by, since, 40) }),
      "outbound-send.throughput.count": async ({ by, since }) => ({ items: counted(by, since, 12) }),
      "inbound-sync.message.search": async ({ subject }) => ({
        items: subject === "offer" ? [mailSample] : [],
        next: null,
      }),
      "outbound-send.send.search": async () => ({ items: [], next: null }),
      "inbound-sync.message.trail": async () => ({
        ...mailSample,
        events: [{ at: Date.now() - 5000, what: "stored", words: "4 kB" }],
      }),
    },
  };
}
