import { bare, Instant, type JobResult, type Mailbox, mailbox, ProblemError } from "@mailfleet/contracts";
import { inParallel } from "@mailfleet/kit";
import type { ShownMailbox } from "../mailbox/body.ts";
import { keptMailboxes } from "../mailbox/mailbox.ts";
import type { Ports } from "../ports.ts";
import { type JobItem, nameOf } from "./body.ts";
import { commandsOf, type ItemCommand } from "./command.ts";
import { refusalOf } from "./refusal.ts";

const batch = 200;
const concurrency = 32;
/** What is compared: everything that people set, and how the mailbox is. */
const told = [...Object.keys(mailbox.fields), ...Object.keys(mailbox.secrets), "active", "lifecycle"];

type Outcome = Pick<JobResult, "ok" | "problem" | "changes">;
type Decide = (command: ItemCommand, document: ShownMailbox | undefined) => Promise<Outcome>;

/**
 * What would become of each mailbox: decided as the job would decide it, one batch after another so that single commands
 * have their turn, and nothing is stored.
 */
export async function preview(
  ports: Ports,
  job: Parameters<typeof commandsOf>[1],
  items: readonly JobItem[],
): Promise<JobResult[]> {
  const results = new Map<JobItem, JobResult>();
  for (let from = 0; from < items.length; from += batch) {
    const some = items.slice(from, from + batch);
    const documents = await ports.mailboxes.shown(some.map(({ mailboxId }) => mailboxId));
    const commandFor = await commandsOf(ports, job, some);
    const decide = deciding(rememberingFor(ports));
    await inParallel(some, concurrency, async (item) => {
      const outcome = item.result ?? (await refused(() => decide(commandFor(item), documents.get(item.mailboxId))));
      results.set(item, { ...nameOf(item), ...outcome });
    });
  }
  return items.flatMap((item) => results.get(item) ?? []);
}

/** For one batch: what the settings, a profile and its number of mailboxes are is asked once, not once for each mailbox. */
function rememberingFor(ports: Ports): Ports {
  const { documents, worlds, mailboxes } = ports;
  const load = once((id) => documents.profile.load(id));
  const settings = once(() => worlds.settings({ fresh: true }));
  const count = once((id) => mailboxes.countByProfile([id]));
  return {
    ...ports,
    documents: { ...documents, profile: { ...documents.profile, load } },
    worlds: { ...worlds, settings: () => settings("") },
    mailboxes: { ...mailboxes, countByProfile: ([id = ""]) => count(id) },
  };
}

function once<Answer>(ask: (key: string) => Promise<Answer>): (key: string) => Promise<Answer> {
  const asked = new Map<string, Promise<Answer>>();
  return (key) => {
    const answer = asked.get(key) ?? ask(key);
    asked.set(key, answer);
    return answer;
  };
}

function deciding(ports: Ports): Decide {
  const tries = keptMailboxes.tries(ports, ports.now);
  const commands = keptMailboxes.handlers(ports, ports.documents.mailbox as never, ports.now);
  return async ({ verb, input }, document) => {
    if (verb === "create") {
      const made = (await commands["config.mailbox.create"]?.({ ...input, dryRun: true } as never)) as Mailbox;
      return { ok: true, changes: [{ name: "mailbox", from: "none", to: made.lifecycle }] };
    }
    if (!document) throw new ProblemError("NOT_FOUND", `There is no mailbox ${input.id}.`);
    const { before, after } = await tries(verb, { ...document, history: [] }, input);
    return { ok: true, changes: after ? changesOf(before, after) : [] };
  };
}

/** A refusal is an outcome, too; an outage is not. */
async function refused(decide: () => Promise<Outcome>): Promise<Outcome> {
  try {
    return await decide();
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
