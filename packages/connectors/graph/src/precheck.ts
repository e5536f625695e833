import type { RunStep, SkipStep, TokenApi } from "@mailfleet/connector-http";
import { describeApproval, type Wanted } from "./approval.ts";
import { describe, explain, lookUp } from "./directory.ts";

/** The mailbox that is tested, and what for. */
interface Checked {
  readonly api: TokenApi;
  readonly address: string;
  readonly purpose: Wanted;
  readonly signal: AbortSignal;
}

/** How a test writes what it does. */
interface Steps {
  readonly step: RunStep;
  readonly skip: SkipStep;
}

/**
 * Tells what the directory says of the account, and what the tenant's administrator approved; then `work`, whose failure is
 * explained by it. Neither can fail a test: rooms and shared mailboxes have disabled accounts without a licence, and work.
 */
export async function prechecked(
  { api, address, purpose, signal }: Checked,
  { step, skip }: Steps,
  work: () => Promise<void>,
): Promise<void> {
  const known = await lookUp(api, address, signal);
  if ("account" in known) await step("account", async () => describe(known.account));
  else skip("account", known.unknown);
  const { has, words } = describeApproval(api.refusalContext("access").token, purpose);
  if (has) await step("access", async () => words);
  else skip("access", words);
  try {
    await work();
  } catch (error) {
    signal.throwIfAborted();
    throw explain(error, known);
  }
}
