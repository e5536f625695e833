import {
  type Direction,
  directions,
  type EnvelopeContext,
  type Failure,
  type HistoryEntry,
  isPartOf,
  type OutgoingMessage,
  type Part,
  ProblemError,
  perDirection,
  type TestStep,
} from "@mailfleet/contracts";
import type { Decision, OutboxEntry } from "@mailfleet/kit";
import {
  type Effect,
  type MachineEvent,
  type MachineState,
  restoreMachine,
  stepAll,
  summaryOf,
  timersOf,
} from "@mailfleet/mailbox";
import { type Configuration, historyLength, type MailboxBody, type StoredMailbox } from "./body.ts";
import { mailboxFact, outboxEntries } from "./outbox-entries.ts";
import { copiedStatus } from "./show-mailbox.ts";
import { signInUrl } from "./sign-in-url.ts";
import { nextRearm } from "./timers.ts";
import type { World } from "./world.ts";

/** What a command or report means for one mailbox at this moment. */
export interface Plan {
  /** Taken one after another in one step; if one is refused, all are. */
  readonly events: readonly MachineEvent[];
  readonly configuration?: Configuration;
  /** Version and switch of the profile that this step takes into account. */
  readonly profile?: { readonly v: number; readonly active: boolean };
  /** The machine hears that the next secrets of the profile were put in place. */
  readonly switchedAt?: number;
  /** Version of the settings whose rhythms this step takes into account. */
  readonly rhythmV?: number;
  /** A test begins that replaces another organisation's mark, or does not. */
  readonly takeOver?: boolean;
  /** Facts about alerts that no effect of the machine raises or clears. */
  readonly alerts?: readonly OutboxEntry[];
  /** JSON pointers of what has changed. */
  readonly changedFields?: readonly string[];
  /** More about why, for history and facts. */
  readonly cause?: string;
}

/** Something that happened, with what is needed to take it once. */
export interface Occurrence extends EnvelopeContext {
  /** Id of the message or command. */
  readonly id: string;
  readonly at: number;
  /** Named in history, facts, logs and metrics. */
  readonly event: string;
  readonly by?: string;
  /** The mailbox's owner gives the command: the one this ownership number belongs to. */
  readonly owner?: number;
  /** Who gives the command is limited to this part of the fleet. */
  readonly within?: Part;
  /** A command is answered and a refusal is thrown; a report is answered nothing and may be ignored. */
  readonly kind: "command" | "report";
  /** Steps of the test whose result this is. */
  readonly steps?: readonly TestStep[];
  plan(document: StoredMailbox, world: World): Plan;
}

/** What the log says of an accepted occurrence that moved the machine. */
export interface Transition {
  readonly from: string;
  readonly to: string;
  readonly attempt?: Partial<Record<Direction, number>>;
  /** Why a direction does not work, for those that do not. */
  readonly failures?: Partial<Record<Direction, Failure>>;
  readonly effects: readonly string[];
}

/** What an occurrence means for a mailbox. Touches nothing. @throws ProblemError for a command that is refused */
export function decide(document: StoredMailbox, occurrence: Occurrence, world: World): Decision<MailboxBody> {
  const { owner, within } = occurrence;
  // To a former owner the mailbox does not exist, as to any stranger; nor to who is limited to another part of the fleet.
  if ((owner !== undefined && owner !== document.ownership) || (within && !isPartOf(within, document.configuration)))
    throw new ProblemError("NOT_FOUND", `There is no mailbox ${document._id}.`);
  const plan = occurrence.plan(document, world);
  const before = restoreMachine(document.machine);
  const taken = stepAll(before, plan.events, world.policy);
  if (taken.outcome === "refused") {
    if (occurrence.kind === "report") return { ignored: taken.detail };
    throw new ProblemError(taken.code, taken.detail, { remedy: taken.remedy });
  }
  // Record that a change of the profile or of the intervals was taken over, and say alerts, even if nothing changes.
  const isNoted = plan.profile !== undefined || plan.rhythmV !== undefined || plan.alerts !== undefined;
  const nothing = taken.outcome === "ignored" ? taken.reason : isQuiet(taken) ? "nothing changes" : null;
  if (occurrence.kind === "report" && !isNoted && nothing !== null) return { ignored: nothing };
  const unmoved: Taken = { outcome: "accepted", state: before, effects: [], changed: false };
  return accepted(document, occurrence, world, plan, before, taken.outcome === "ignored" ? unmoved : taken);
}

type Taken = Extract<ReturnType<typeof stepAll>, { outcome: "accepted" }>;

const isQuiet = ({ changed, effects }: Taken) => !changed && effects.length === 0;

function accepted(
  document: StoredMailbox,
  occurrence: Occurrence,
  world: World,
  plan: Plan,
  before: MachineState,
  { state, effects, changed }: Taken,
): Decision<MailboxBody> {
  const { at, by } = occurrence;
  const v = document.v + 1;
  const configuration = plan.configuration ?? document.configuration;
  const summaries = perDirection((direction) => summaryOf(state, direction));
  const outbox = outboxEntries(said(document._id, v, occurrence, plan), effects, {
    mailboxId: document._id,
    v,
    at,
    address: configuration.address,
    profileId: configuration.profileId,
    ...(world.consoleUrl ? { signInUrl: signInUrl(world.consoleUrl, document._id) } : {}),
    event: occurrence.event,
    cause: plan.cause,
    by,
    summaries,
    steps: occurrence.steps ?? [],
    correlation: occurrence.correlation,
    causation: occurrence.causation ?? occurrence.id,
  });
  const status = copiedStatus(state, world.policy);
  const moved = changed || (plan.changedFields?.length ?? 0) > 0;
  const deleted = state.deleted && !before.deleted;
  const after: MailboxBody = {
    configuration,
    addressKey: configuration.address.toLowerCase(),
    ownership: document.ownership + (changesHands(plan.events) ? 1 : 0),
    profileV: plan.profile?.v ?? document.profileV,
    profileActive: plan.profile?.active ?? document.profileActive,
    switchedAt: plan.switchedAt ?? document.switchedAt,
    rhythmV: plan.rhythmV ?? document.rhythmV,
    approval:
      state.approval.value === before.approval.value
        ? document.approval
        : { at, by, reason: state.approval.context.reason ?? undefined },
    machine: state,
    takeOver: (plan.takeOver ?? document.takeOver === true) && isTested(state, "act"),
    status,
    lastTests: { ...document.lastTests, ...testsOf(effects, occurrence) },
    timerSeqs: timerSeqs(document.timerSeqs, effects, v),
    rearmAt: nextRearm(timersOf(state), at),
    history: moved
      ? [...document.history, historyEntry(v, document, status, occurrence, plan)].slice(-historyLength)
      : document.history,
  };
  return {
    ...(deleted ? { gone: true } : { quiet: !moved }),
    after,
    outbox,
    note: changed ? transitionOf(document, status, state, outbox) : null,
  };
}

/** Whether a test is under way: alone, beside daily work, or between two attempts. */
export function isTested({ directions: known }: MachineState, direction: Direction): boolean {
  const { value, context } = known[direction];
  return value === "testing" || value === "retesting" || context.besideTestDue !== null;
}

function changesHands(events: readonly MachineEvent[]): boolean {
  return events.some(({ type }) => type === "addressChanged" || type === "ownerChanged");
}

function said(mailboxId: string, v: number, { at, by = "mailfleet" }: Occurrence, plan: Plan): OutboxEntry[] {
  const { changedFields: fields = [], alerts = [] } = plan;
  const changed = { mailboxId, v, at, fields: [...fields], by };
  return [...(fields.length > 0 ? [mailboxFact("mailbox.changed.v1", "changed", changed)] : []), ...alerts];
}

function testsOf(effects: readonly Effect[], { at, steps }: Occurrence): StoredMailbox["lastTests"] {
  const tests: StoredMailbox["lastTests"] = {};
  for (const effect of effects)
    if (effect.type === "publishFact" && effect.fact === "tested")
      tests[effect.direction] = { at, outcome: effect.outcome, steps: [...(steps ?? [])] };
  return tests;
}

function timerSeqs(known: Record<string, number>, effects: readonly Effect[], v: number): Record<string, number> {
  const seqs = { ...known };
  for (const effect of effects) {
    if (effect.type === "setTimer") seqs[effect.name] = v;
    if (effect.type === "clearTimer") delete seqs[effect.name];
  }
  return seqs;
}

/** `enabled.running (inbound enabled.running, outbound testing)`: unconfigured directions are left out. */
function inWords({ lifecycle, directions: states }: StoredMailbox["status"]): string {
  const named = directions.filter((direction) => states[direction].state !== "off");
  return named.length === 0
    ? lifecycle
    : `${lifecycle} (${named.map((direction) => `${direction} ${states[direction].state}`).join(", ")})`;
}

function historyEntry(
  v: number,
  document: StoredMailbox,
  status: StoredMailbox["status"],
  { at, event, by }: Occurrence,
  { cause, changedFields = [] }: Plan,
): HistoryEntry {
  const why = cause ?? (changedFields.length > 0 ? `changed ${changedFields.join(", ")}` : undefined);
  return { v, at, event, from: inWords(document.status), to: inWords(status), cause: why, by };
}

function transitionOf(
  document: StoredMailbox,
  status: StoredMailbox["status"],
  state: MachineState,
  outbox: readonly OutgoingMessage[],
): Transition {
  const failing = directions.flatMap((direction) => {
    const { failure, attempt } = state.directions[direction].context;
    return failure ? [[direction, { failure, attempt }] as const] : [];
  });
  return {
    from: inWords(document.status),
    to: inWords(status),
    ...(failing.length > 0
      ? {
          attempt: Object.fromEntries(failing.map(([direction, { attempt }]) => [direction, attempt])),
          failures: Object.fromEntries(failing.map(([direction, { failure }]) => [direction, failure])),
        }
      : {}),
    effects: outbox.map((entry) => entry.type),
  };
}
