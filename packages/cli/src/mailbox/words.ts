import type { Direction, Grant, TestStep } from "@mailfleet/contracts";
import type { Fact } from "../noun/show.ts";
import type { Shown, ShownDirection, ShownMailbox } from "../shown.ts";
import { printable, time } from "../table.ts";

const directionNames: readonly Direction[] = ["inbound", "outbound", "act"];

/** One step of a test on one line, with what to do where it failed. */
export function stepLine(direction: Direction | undefined, step: Shown<TestStep>): string {
  const mark = { ok: "ok", failed: "FAILED", skipped: "skipped" }[step.outcome];
  const detail = [step.code, step.detail].filter((part) => part !== undefined).join(": ");
  const ms = String(Math.round(step.ms)).padStart(6);
  const head = direction === undefined ? "  " : `  ${direction.padEnd(8)}  `;
  const line = `${head}${step.step.padEnd(13)}  ${mark.padEnd(7)}  ${ms} ms${detail ? `  ${printable(detail)}` : ""}`;
  return step.remedy ? `${line}\n            ${printable(step.remedy)}` : line;
}

/** What a worker counts; of `act` there is nothing to count. */
function activityFacts(name: Direction, { activity }: ShownDirection): Fact[] {
  if (name === "act")
    return [["  items", "not synchronised yet: Mailfleet checks access to them and keeps the organisation's mark"]];
  return [
    ["  last run", time(activity?.lastRunAt)],
    ["  last proved success", time(activity?.lastProvedSuccessAt)],
    ["  messages", activity?.messages],
    ...(activity?.skipped ? ([["  older, left out", activity.skipped]] as const) : []),
  ];
}

function oneDirection(name: Direction, status: ShownDirection): Fact[] {
  const lastError = status.lastError;
  return [
    [name, `${status.state}${status.enabled ? "" : ", not enabled"}`],
    ["  last test", status.lastTest ? `${status.verdict} at ${time(status.lastTest.at)}` : status.verdict],
    ...activityFacts(name, status),
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
export function grantFacts(grant: Shown<Grant> | null): Fact[] {
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

/** Whether somebody approved the mailbox, who, and why not. */
export function approvalFacts({ approval }: ShownMailbox): readonly Fact[] {
  return [["approval", [approval.state, approval.by, approval.reason].filter(Boolean).join(", ")]];
}

/** What is known about each direction that is configured. */
export function directionFacts({ directions }: ShownMailbox): readonly Fact[] {
  return directionNames.flatMap((name) => (directions[name].configured ? oneDirection(name, directions[name]) : []));
}

/** The state after a command, on one line. */
export function stateLine(mailbox: Pick<ShownMailbox, "address" | "lifecycle">): string {
  return `${mailbox.address}: ${mailbox.lifecycle}`;
}
