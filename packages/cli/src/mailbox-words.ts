import type { Direction, Grant, HistoryEntry, Mailbox, TestStep } from "@mailfleet/contracts";
import type { Shown, ShownDirection, ShownMailbox } from "./shown.ts";
import { type Column, facts, time } from "./table.ts";

const directionNames: readonly Direction[] = ["inbound", "outbound", "act"];

/** Columns of `mailbox list`. */
export const mailboxColumns: readonly Column<Shown<Mailbox>>[] = [
  { title: "ID", of: (row) => row.id },
  { title: "ADDRESS", of: (row) => row.address },
  { title: "KIND", of: (row) => row.kind },
  { title: "STATE", of: (row) => row.lifecycle },
  { title: "IN", of: (row) => short(row.directions.inbound) },
  { title: "OUT", of: (row) => short(row.directions.outbound) },
  { title: "PROFILE", of: (row) => row.profileId },
];

const short = (direction: { configured: boolean; state: string }) => (direction.configured ? direction.state : "none");

/** Columns of `mailbox history`. */
export const historyColumns: readonly Column<Shown<HistoryEntry>>[] = [
  { title: "TIME", of: (row) => time(row.at) },
  { title: "EVENT", of: (row) => row.event },
  { title: "FROM", of: (row) => row.from },
  { title: "TO", of: (row) => row.to },
  { title: "BY", of: (row) => row.by },
  { title: "CAUSE", of: (row) => row.cause },
];

/** One step of a test on one line. */
export function stepLine(direction: Direction, step: Shown<TestStep>): string {
  const mark = { ok: "ok", failed: "FAILED", skipped: "skipped" }[step.outcome];
  const detail = [step.code, step.detail].filter((part) => part !== undefined).join(": ");
  const line = `  ${direction.padEnd(8)}  ${step.step.padEnd(13)}  ${mark.padEnd(7)}  ${String(Math.round(step.ms)).padStart(6)} ms${detail ? `  ${detail}` : ""}`;
  return step.remedy ? `${line}\n            ${step.remedy}` : line;
}

function directionFacts(name: Direction, status: ShownDirection): (readonly [string, unknown])[] {
  const lastError = status.lastError;
  return [
    [name, `${status.state}${status.enabled ? "" : ", not enabled"}`],
    ["  last test", status.lastTest ? `${status.verdict} at ${time(status.lastTest.at)}` : status.verdict],
    ["  last run", time(status.activity?.lastRunAt)],
    ["  last proved success", time(status.activity?.lastProvedSuccessAt)],
    ["  messages", status.activity?.messages],
    ["  next", status.next ? `${status.next.why} at ${time(status.nextRunAt ?? status.next.at)}` : "nothing planned"],
    ...(status.attempt > 0 ? ([["  attempts left", status.attemptsLeft]] as const) : []),
    ...(lastError
      ? ([
          ["  last error", `${lastError.code}: ${lastError.text}`],
          ["    server says", lastError.evidence?.reply],
          ["    remedy", lastError.remedy],
        ] as const)
      : []),
  ];
}

/** The consent of a mailbox's user and its state. */
export function grantFacts(grant: Shown<Grant> | null): (readonly [string, unknown])[] {
  if (!grant) return [["signed in", "nobody"]];
  const failure = grant.lastRefreshFailure;
  return [
    ["signed in", grant.account],
    ["  permission", grant.state],
    ["  scopes", grant.scopes.join(" ")],
    ["  since", `${time(grant.grantedAt)}, by ${grant.grantedBy}`],
    ["  ends", grant.expiresAt ? time(grant.expiresAt) : "unknown"],
    ["  last renewal", time(grant.lastRefreshAt)],
    ["  token valid until", time(grant.accessTokenExpiresAt)],
    ...(failure
      ? ([
          ["  renewal failed", `${failure.code} at ${time(failure.at)}`],
          ["    server says", failure.reply],
        ] as const)
      : []),
  ];
}

/** A mailbox with everything known about it. Fields that a command's answer lacks are left out. */
export function mailboxWords(mailbox: ShownMailbox): string {
  const configured = directionNames.filter((name) => mailbox.directions[name].configured);
  return facts([
    ["id", mailbox.id],
    ["address", mailbox.address],
    ["name", mailbox.name],
    ["kind", mailbox.kind],
    ["owner", mailbox.owner?.email],
    ["profile", mailbox.profileId],
    ["state", mailbox.lifecycle],
    ["active", mailbox.active ? "yes" : "no"],
    ["approval", [mailbox.approval.state, mailbox.approval.by, mailbox.approval.reason].filter(Boolean).join(", ")],
    ["user name", mailbox.credentials?.username],
    ...(mailbox.allowToUseCredentials === false ? ([["  may be used", "no"]] as const) : []),
    ...(mailbox.deleteAfterProcessing ? ([["delete after processing", "yes"]] as const) : []),
    ...(mailbox.signInUrl ? grantFacts(mailbox.grant ?? null) : []),
    ...(mailbox.signInUrl ? ([["  link to sign in", mailbox.signInUrl]] as const) : []),
    ["process from", time(mailbox.processFrom)],
    ["version", mailbox.v],
    ...configured.flatMap((name) => directionFacts(name, mailbox.directions[name])),
    ...((mailbox.unavailable ?? []).length > 0 ? ([["not answering", mailbox.unavailable.join(", ")]] as const) : []),
  ]);
}

/** The state after a command, on one line. */
export function stateLine(mailbox: Pick<ShownMailbox, "address" | "lifecycle">): string {
  return `${mailbox.address}: ${mailbox.lifecycle}`;
}
