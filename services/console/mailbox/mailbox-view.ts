import { Activity, DirectionStatus, Grant, Instant, type Mailbox, mailbox as noun } from "@mailfleet/contracts";
import { z } from "zod";
import { orNull } from "../http/parameters.ts";
import type { Call } from "../http/route.ts";
import { signInUrlOf, signsIn } from "../profile/profile-view.ts";

/** How long the additional information about a mailbox may take. */
const partTimeoutMs = 1000;

const ViewedDirection = DirectionStatus.extend({
  /** `null`: never ran, or the service that knows does not answer (then `unavailable` names it). */
  activity: Activity.omit({ mailboxId: true }).nullable(),
  /** When the scheduler will really run it next. */
  nextRunAt: Instant.nullable(),
});

/** A mailbox with what the workers and the scheduler know about it. */
export const MailboxView = noun.View.extend({
  directions: z.object({ inbound: ViewedDirection, outbound: ViewedDirection, act: ViewedDirection }),
  grant: Grant.nullable().describe("what the mailbox's user permitted by signing in; null if nobody has signed in"),
  signInUrl: z.string().nullable().describe("where the mailbox's user signs in; null if the profile needs no sign-in"),
  /** Services that did not answer in time; what they know is missing. */
  unavailable: z.array(z.string()),
});
export type MailboxView = z.infer<typeof MailboxView>;

interface Timer {
  readonly name: string;
  readonly due: number;
  readonly generation: number | null;
}

/** The earliest live timer of a direction; timers are named after it. */
function nextRun(timers: readonly Timer[] | null, direction: string, generation: number): number | null {
  const mine = (timers ?? []).filter(
    (timer) =>
      (timer.name === direction || timer.name.startsWith(`${direction}-`)) &&
      (timer.generation === null || timer.generation === generation),
  );
  return mine.length === 0 ? null : Math.min(...mine.map((timer) => timer.due));
}

/** Asks everybody in parallel. Only `config` must answer; another part that stays silent is named, not an error. */
export async function viewMailbox(call: Pick<Call, "ask" | "consoleUrl">, mailbox: Mailbox): Promise<MailboxView> {
  const unavailable: string[] = [];
  const part = async <Value>(service: string, answer: Promise<Value>): Promise<Value | null> => {
    const value = await orNull(
      answer.then((found) => ({ found })),
      ["UNAVAILABLE", "INTERNAL"],
    ).catch(() => ({ found: null }));
    if (value === null) unavailable.push(service);
    return value?.found ?? null;
  };
  const limits = { timeoutMs: partTimeoutMs };
  const mailboxId = mailbox.id;
  const [inbound, outbound, timers, profile, grant] = await Promise.all([
    part("inbound-sync", call.ask("inbound-sync.activity.get", { mailboxId }, limits)),
    part("outbound-send", call.ask("outbound-send.activity.get", { mailboxId }, limits)),
    part("scheduler", call.ask("scheduler.timer.list", { owner: mailboxId }, limits)),
    part("config", call.ask("config.profile.get", { id: mailbox.profileId }, limits)),
    part("config", call.ask("config.grant.get", { mailboxId }, limits)),
  ]);
  const signs = profile !== null && signsIn(profile);
  const view = (name: "inbound" | "outbound" | "act", activity: Activity | null) => {
    const status = mailbox.directions[name];
    const nextRunAt = nextRun(timers?.items ?? null, name, status.generation);
    const next = status.next && nextRunAt !== null ? { ...status.next, at: nextRunAt } : status.next;
    return { ...status, next, activity, nextRunAt };
  };
  return {
    ...mailbox,
    directions: { inbound: view("inbound", inbound), outbound: view("outbound", outbound), act: view("act", null) },
    grant: signs ? grant : null,
    signInUrl: signs ? signInUrlOf(call, mailboxId) : null,
    unavailable: [...new Set(unavailable)].sort(),
  };
}
