import { type Failure, type FailureCode, failureCodes, failureOf } from "@mailfleet/contracts";
import type { Outcome } from "./decide-outcome.ts";

/** How many different messages must fail alike, with none taken in between, to count as the mailbox's failure. */
const SEVERAL = 3;
/** A failure older than this says nothing about now. */
const FORGOTTEN_MS = 86_400_000;
/** How many messages of a mailbox are remembered, and how many mailboxes: this bounds memory. */
const MESSAGES = 1000;
const MAILBOXES = 10_000;

interface Memory {
  /** Messages that failed alike since one was taken, by code. */
  readonly since: Map<FailureCode, Map<string, number>>;
  /** Failed while others were taken: whatever they meet is their own. */
  readonly own: Set<string>;
}

/**
 * Tells the mailbox's failure from a message's. One message that a server puts off, or at which it falls silent,
 * waits by itself; several different ones that meet the same show that the mailbox cannot send. Once a message gets
 * through, those that failed before are known to fail by themselves.
 */
export class Alike {
  readonly #mailboxes = new Map<string, Memory>();

  /** What an outcome is, with what this mailbox's other messages met. */
  weigh(
    { id, mailboxId }: { readonly id: string; readonly mailboxId: string },
    outcome: Outcome,
    now: number,
  ): Outcome {
    if (outcome.type === "taken") {
      this.#taken(mailboxId);
      return outcome;
    }
    const failure = ofMailbox(outcome);
    if (!failure) return outcome;
    const { since, own } = this.#memory(mailboxId);
    if (own.has(id)) return outcome;
    const alike = since.get(failure.code) ?? new Map<string, number>();
    since.set(failure.code, alike);
    for (const [other, at] of alike) if (now - at > FORGOTTEN_MS) alike.delete(other);
    if (alike.size < MESSAGES) alike.set(id, now);
    return alike.size >= SEVERAL ? { type: "refused", failure, own: null } : outcome;
  }

  /** Messages of a mailbox that prove nothing: they have failed before. */
  failed(mailboxId: string): readonly string[] {
    const memory = this.#mailboxes.get(mailboxId);
    if (!memory) return [];
    return [...memory.own, ...[...memory.since.values()].flatMap((alike) => [...alike.keys()])];
  }

  #taken(mailboxId: string): void {
    const memory = this.#mailboxes.get(mailboxId);
    if (!memory || memory.since.size === 0) return;
    for (const alike of memory.since.values())
      for (const id of alike.keys()) if (memory.own.size < MESSAGES) memory.own.add(id);
    memory.since.clear();
  }

  #memory(mailboxId: string): Memory {
    const known = this.#mailboxes.get(mailboxId);
    if (known) return known;
    if (this.#mailboxes.size >= MAILBOXES) this.#mailboxes.clear();
    const memory = { since: new Map(), own: new Set<string>() };
    this.#mailboxes.set(mailboxId, memory);
    return memory;
  }
}

/**
 * What a message's own failure is once it is the mailbox's; `null` if it can only be this message's or its
 * recipients'. A refusal for good of a sender counts, one of a content or recipient never does.
 */
function ofMailbox(outcome: Outcome): Failure | null {
  if (outcome.type !== "refused") return null;
  const { failure, own } = outcome;
  const { code, evidence, retryAfterMs } = failure;
  if (failure.kind === "message") return failureCodes[code].kind === "message" ? null : failureOf(code, evidence);
  if (own !== "message" || failure.kind === "bug") return null;
  return failureOf(code === "MESSAGE_DEFERRED" ? "SERVER_UNAVAILABLE" : code, evidence, retryAfterMs);
}
