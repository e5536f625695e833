import type { Failure } from "@mailfleet/contracts";
import { type MachineEvent, type MachineReport, restoreMachine } from "@mailfleet/mailbox";
import { switchField } from "../profile/relevant-fields.ts";
import type { StoredMailbox } from "./body.ts";

/** A run that began before the switch has ended by then. */
const longestRunMs = 600_000;
/** How an application is refused; user names and passwords are of the kind `auth`. */
const ofApplications = /^(CLIENT_REJECTED|CLIENT_SECRET_MISSING|KEY_VAULT_\w+)$/;

/** Whether this is said of what somebody signs in with. */
export function isOfSignIn({ kind, code }: Pick<Failure, "kind" | "code">): boolean {
  return kind === "auth" || ofApplications.test(code);
}

/**
 * What a report means. A run that was under way when the next secrets of the profile were put in place may have signed in
 * with the former ones: that it was refused says nothing of these, so the direction is tested with them instead. Only
 * daily work is given this: the test that follows decides.
 */
export function eventOf(report: MachineReport, { machine, switchedAt }: Pick<StoredMailbox, "machine" | "switchedAt">) {
  if (switchedAt === undefined || report.at - switchedAt > longestRunMs) return report;
  if (report.type !== "runFailed" || report.purpose !== "sync" || !isOfSignIn(report.failure)) return report;
  const { direction, generation, at } = report;
  // What the machine no longer waits for changes nothing.
  if (restoreMachine(machine).directions[direction].context.generation !== generation) return report;
  return { type: "settingsChanged", directions: [direction], fields: [switchField], at } satisfies MachineEvent;
}
