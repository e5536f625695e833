import { type Direction, directions, failureCodes, type JobResult as Shown } from "@mailfleet/contracts";
import { restoreMachine } from "@mailfleet/mailbox";
import type { StoredMailbox } from "../mailbox/body.ts";
import { isTested } from "../mailbox/decide.ts";
import type { Ports } from "../ports.ts";
import { type JobItem, nameOf } from "./body.ts";

type Verdict = NonNullable<Shown["tests"]>[Direction];
/** How many mailboxes are looked at in one question. */
const batch = 500;

/** Results with how the test of each direction came out: the one that was asked for, or a later one. */
export async function withVerdicts(ports: Ports, items: readonly JobItem[]): Promise<Shown[]> {
  const tested = items.filter(({ result }) => result?.since).map(({ mailboxId }) => mailboxId);
  const found = new Map<string, Pick<StoredMailbox, "machine" | "lastTests">>();
  for (let from = 0; from < tested.length; from += batch)
    for (const [id, one] of await ports.mailboxes.tests(tested.slice(from, from + batch))) found.set(id, one);
  return items.flatMap((item) => {
    if (!item.result) return [];
    const { since, ...result } = item.result;
    const named = { ...nameOf(item), ...result };
    if (!since) return [named];
    const mailbox = found.get(item.mailboxId);
    const tests = Object.fromEntries(
      directions.flatMap((direction) => {
        const before = since[direction];
        return before === undefined ? [] : [[direction, verdictOf(mailbox, direction, before)]];
      }),
    );
    return [{ ...named, tests }];
  });
}

/** `before`: when its last test before the job ended; 0: there was none. */
function verdictOf(
  mailbox: Pick<StoredMailbox, "machine" | "lastTests"> | undefined,
  direction: Direction,
  before: number,
): NonNullable<Verdict> {
  if (!mailbox) return { outcome: "stopped" };
  const state = restoreMachine(mailbox.machine);
  const last = mailbox.lastTests[direction];
  if (!last || last.at === before) return { outcome: isTested(state, direction) ? "running" : "stopped" };
  const { failure } = state.directions[direction].context;
  if (last.outcome === "ok" || !failure) return { outcome: last.outcome };
  const { text, remedy } = failureCodes[failure.code];
  const reply = failure.evidence?.reply;
  return { outcome: "failed", code: failure.code, text, remedy, ...(reply === undefined ? {} : { reply }) };
}
