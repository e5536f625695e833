import { type Direction, directions, type ProblemCode } from "@mailfleet/contracts";
import { beginAsked } from "./asked.ts";
import { type Draft, isAllowed, permit, pursue, tell, tellApproval } from "./draft.ts";
import type { MachineCommand } from "./events.ts";
import { isEnabled, wordOf } from "./words.ts";

/** Why a command is not possible now, and what to do instead. */
export interface Refusal {
  readonly code: ProblemCode;
  readonly detail: string;
  readonly remedy: string;
}
const refuse = (code: ProblemCode, detail: string, remedy: string): Refusal => ({ code, detail, remedy });
const notNow = (detail: string, remedy: string) => refuse("NOT_POSSIBLE_NOW", detail, remedy);

type Command<Type extends MachineCommand["type"]> = Extract<MachineCommand, { type: Type }>;

/** Mail servers ignore case when they compare addresses, and so do people. */
const sameAddress = (one: string, other: string) => one.trim().toLowerCase() === other.trim().toLowerCase();

/** Why a mailbox cannot be tested or run at all. */
function notUsable({ state }: Draft): Refusal | null {
  if (state.approval.value === "pendingApproval")
    return notNow("The mailbox waits for approval.", "Approve its address first.");
  if (state.approval.value === "rejected")
    return notNow("The mailbox was rejected.", "Resubmit it and have its address approved first.");
  if (!state.active) return notNow("The mailbox or its profile is inactive.", "Activate both first.");
  if (state.configured.length === 0)
    return notNow(
      "No direction is configured, so there is nothing to test or run.",
      "Set a delivery method to server-side first.",
    );
  return null;
}

/** Owners may undo their own decisions, but not an administrator's. */
function heldByAdministrator({ state }: Draft): Refusal | null {
  if (!state.held) return null;
  return notNow(
    "An administrator disabled the mailbox.",
    "Ask an administrator to test and enable it. You can test it without enabling it.",
  );
}

/** The named directions, or all configured ones. Refused if a named one is not configured. */
function chosen({ state }: Draft, named: readonly Direction[] | undefined): readonly Direction[] | Refusal {
  const missing = named?.find((direction) => !state.configured.includes(direction));
  if (missing)
    return notNow(`The direction ${missing} is not configured.`, "Set its delivery method to server-side first.");
  return directions.filter((direction) => (named ?? state.configured).includes(direction));
}
const isRefusal = (value: readonly Direction[] | Refusal): value is Refusal => "code" in value;

/** The settings that results depend on have changed: earlier results no longer count, and people are told. */
function tellChanged(draft: Draft, fields: readonly string[], concerned: (direction: Direction) => boolean): void {
  const voided = directions.some((direction) => {
    const { value, context } = draft.before.directions[direction];
    return concerned(direction) && value !== "off" && (value !== "idle" || context.verdict !== "NotRun");
  });
  if (voided) draft.effects.push({ type: "raiseAlert", code: "SETTINGS_CHANGED", detail: fields.join(", ") });
}

/** Another address or owner: approval, intent and results belonged to another mailbox. */
function reopen(draft: Draft, field: string, approvalRequired = true): null {
  const { state, at } = draft;
  state.wanted = null;
  if (approvalRequired) tellApproval(draft, { type: "REOPEN", at });
  else for (const d of directions) if (isAllowed(state, d)) tell(draft, d, { type: "CHANGED" });
  permit(draft);
  tellChanged(draft, [field], () => true);
  return null;
}

/** What each command does to a draft. If it returns a refusal, nothing was done. */
const handlers: { [Type in MachineCommand["type"]]: (draft: Draft, command: Command<Type>) => Refusal | null } = {
  approve: (draft, { address, currentAddress, at }) => {
    if (!sameAddress(address, currentAddress))
      return refuse(
        "ADDRESS_NOT_AS_SEEN",
        `The mailbox's address is ${currentAddress} now, not ${address}.`,
        "Look at the mailbox again and approve the address it has now.",
      );
    if (draft.state.approval.value === "rejected")
      return notNow("The mailbox was rejected.", "Resubmit it, then approve it.");
    tellApproval(draft, { type: "APPROVE", at });
    permit(draft);
    return null;
  },
  reject: (draft, { reason, at }) => {
    if (draft.state.approval.value === "rejected") return null;
    tellApproval(draft, { type: "REJECT", at, reason });
    draft.state.wanted = null;
    permit(draft);
    return null;
  },
  resubmit: (draft, { at }) => {
    if (draft.state.approval.value === "approved")
      return notNow("The mailbox is approved already.", "There is nothing to resubmit. Test and enable it.");
    tellApproval(draft, { type: "RESUBMIT", at });
    return null;
  },
  test: (draft, { enable, directions: named, byOwner = false }) => {
    const refusal = notUsable(draft) ?? (enable && byOwner ? heldByAdministrator(draft) : null);
    if (refusal) return refusal;
    const targets = chosen(draft, named);
    if (isRefusal(targets)) return targets;
    if (enable) Object.assign(draft.state, { wanted: true, held: false });
    for (const direction of targets) tell(draft, direction, { type: "TEST" });
    pursue(draft);
    if (enable) beginAsked(draft);
    return null;
  },
  disable: (draft, { byOwner = false }) => {
    if (!byOwner) draft.state.held = true;
    // Before approval nothing runs and nothing is wanted, so the command is already fulfilled.
    if (draft.state.approval.value !== "approved") return null;
    draft.state.wanted = false;
    for (const direction of directions) tell(draft, direction, { type: "STOP" });
    return null;
  },
  activate: (draft) => {
    draft.state.active = true;
    permit(draft);
    return null;
  },
  deactivate: (draft) => {
    draft.state.active = false;
    permit(draft);
    return null;
  },
  configured: (draft, { directions: named }) => {
    const { state } = draft;
    if (directions.some((d) => named.includes(d) !== state.configured.includes(d)))
      state.configured = directions.filter((d) => named.includes(d));
    permit(draft);
    return null;
  },
  addressChanged: (draft, { approvalRequired }) => reopen(draft, "/address", approvalRequired),
  ownerChanged: (draft, { approvalRequired }) => reopen(draft, "/owner", approvalRequired),
  settingsChanged: (draft, { directions: named, fields }) => {
    for (const direction of directions) if (named.includes(direction)) tell(draft, direction, { type: "CHANGED" });
    tellChanged(draft, fields, (direction) => named.includes(direction));
    return null;
  },
  policyChanged: (draft) => {
    for (const direction of directions) tell(draft, direction, { type: "RETUNE" });
    return null;
  },
  delete: (draft) => {
    draft.state.deleted = true;
    draft.state.wanted = null;
    permit(draft);
    // One clear for the whole mailbox covers those of its directions.
    const others = draft.effects.filter((effect) => effect.type !== "clearAlert");
    draft.effects.length = 0;
    draft.effects.push(...others, { type: "clearAlert" }, { type: "publishFact", fact: "deleted" });
    return null;
  },
  syncNow: (draft, { directions: named }) => {
    const refusal = notUsable(draft);
    if (refusal) return refusal;
    const targets = chosen(draft, named);
    if (isRefusal(targets)) return targets;
    const runs = targets.flatMap((direction) => {
      const { value, context } = draft.state.directions[direction];
      const purpose = isEnabled(value) ? "sync" : wordOf(value) === "failed.probing" ? "probe" : null;
      return purpose ? [{ type: "requestRun", direction, purpose, generation: context.generation } as const] : [];
    });
    if (runs.length === 0)
      return notNow("No direction of the mailbox is enabled, so there is nothing to run.", "Test and enable it first.");
    draft.effects.push(...runs);
    return null;
  },
};

/** Applies a command to the draft. A refusal leaves the draft untouched. */
export function command(draft: Draft, event: MachineCommand): Refusal | null {
  if (draft.state.deleted) {
    if (event.type === "delete") return null;
    return refuse("NOT_FOUND", "The mailbox is deleted.", "Create it again if you need it.");
  }
  return (handlers[event.type] as (draft: Draft, event: MachineCommand) => Refusal | null)(draft, event);
}

/** Whether this is a command rather than a report. */
export function isCommand(event: { readonly type: string }): event is MachineCommand {
  return event.type in handlers;
}
