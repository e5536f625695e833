import { bare, Instant, type JobResult, type Mailbox, mailbox, ProblemError } from "@mailfleet/contracts";
import type { ShownMailbox } from "../mailbox/body.ts";
import { keptMailboxes } from "../mailbox/mailbox.ts";
import type { Ports } from "../ports.ts";
import { type JobItem, nameOf } from "./body.ts";
import type { ItemCommand } from "./command.ts";
import { refusalOf } from "./refusal.ts";

const batch = 200;
/** What is compared: everything that people set, and how the mailbox is. */
const told = [...Object.keys(mailbox.fields), ...Object.keys(mailbox.secrets), "active", "lifecycle"];

/**
 * What would become of each mailbox: decided as the job would decide it, one batch after another so that single commands
 * have their turn, and nothing is stored.
 */
export async function preview(
  ports: Ports,
  { verb, items, inputFor }: { verb: string; items: readonly JobItem[]; inputFor(item: JobItem): ItemCommand },
): Promise<JobResult[]> {
  const tries = keptMailboxes.tries(ports, ports.now);
  const results: JobResult[] = [];
  for (let from = 0; from < items.length; from += batch) {
    const some = items.slice(from, from + batch);
    const documents = await ports.mailboxes.shown(some.map(({ mailboxId }) => mailboxId));
    for (const item of some)
      results.push({ ...nameOf(item), ...(await tried(tries, verb, documents.get(item.mailboxId), inputFor(item))) });
  }
  return results;
}

async function tried(
  tries: ReturnType<typeof keptMailboxes.tries>,
  verb: string,
  document: ShownMailbox | undefined,
  input: ItemCommand,
): Promise<Pick<JobResult, "ok" | "problem" | "changes">> {
  try {
    if (!document) throw new ProblemError("NOT_FOUND", `There is no mailbox ${input.id}.`);
    const { before, after } = await tries(verb, { ...document, history: [] }, input);
    return { ok: true, changes: after ? changesOf(before, after) : [] };
  } catch (error) {
    const problem = refusalOf(error);
    if (problem) return { ok: false, problem };
    throw error;
  }
}

function changesOf(before: Mailbox, after: Mailbox): NonNullable<JobResult["changes"]> {
  const was = before as unknown as Record<string, unknown>;
  const is = after as unknown as Record<string, unknown>;
  return told.flatMap((name) => {
    const [from, to] = [textOf(name, was[name]), textOf(name, is[name])];
    return from === to ? [] : [{ name, from, to }];
  });
}

function textOf(name: string, value: unknown): string {
  if (value === undefined || value === null) return "none";
  const kept = mailbox.fields[name as keyof typeof mailbox.fields]?.kept;
  if (kept && bare(kept)._zod.def === Instant._zod.def) return new Date(value as number).toISOString();
  return typeof value === "string" ? value : JSON.stringify(value);
}
