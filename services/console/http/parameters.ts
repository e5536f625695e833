import { EmailAddress, type Mailbox, MailboxId, ProblemError } from "@mailfleet/contracts";
import { z } from "zod";
import type { Call } from "./route.ts";

/** In a path a mailbox is named by id or address. */
export const mailboxParams = z.strictObject({
  mailbox: z
    .union([MailboxId, EmailAddress], { error: "must be a mailbox's id or its address" })
    .describe("id or address"),
});

/** The same refusal for a mailbox that does not exist, and for one that does not exist for the caller. */
export const unknownMailbox = (which: string) => new ProblemError("NOT_FOUND", `There is no mailbox ${which}.`);

/** The mailbox that the path names. */
export function mailboxOf(call: Pick<Call, "ask">, mailbox: string): Promise<Mailbox> {
  return MailboxId.safeParse(mailbox).success
    ? call.ask("config.mailbox.get", { id: mailbox })
    : call.ask("config.mailbox.find", { address: mailbox });
}

/** The id that the path names. Asks only if it is an address. */
export async function mailboxIdOf(call: Pick<Call, "ask">, mailbox: string): Promise<string> {
  return MailboxId.safeParse(mailbox).success ? mailbox : (await mailboxOf(call, mailbox)).id;
}

/** Resolves with `null` for what is not there or does not answer; other refusals pass. */
export async function orNull<Value>(answer: Promise<Value>, codes: readonly string[]): Promise<Value | null> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ProblemError && codes.includes(error.problem.code)) return null;
    throw error;
  }
}
