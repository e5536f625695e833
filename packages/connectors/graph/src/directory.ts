import { fieldOf, RefusedError, type TokenApi } from "@mailfleet/connector-http";
import { type FailureCode, FailureError, failureOf } from "@mailfleet/contracts";
import { pathOf, readAnswer, userPath } from "./graph-api.ts";

/** What the directory says of the account behind a mailbox. */
export interface Account {
  readonly isEnabled: boolean;
  /** With a plan that has a mailbox in Exchange Online. */
  readonly isLicensed: boolean;
  /** Copied from a directory on-premises: its mailbox may be there, too. */
  readonly isSynchronised: boolean;
  /** `shared`, `room`, `equipment`, …: such a mailbox needs neither sign-in nor licence; `null`: not known. */
  readonly purpose: string | null;
}

/** The account, or why nothing is known of it. */
export type Known = { readonly account: Account } | { readonly unknown: string };

const FIELDS = "accountEnabled,assignedPlans,onPremisesSyncEnabled";
/** EXCHANGE_S_FOUNDATION, a part of many plans that has no mailbox (Microsoft's "service plan identifiers for licensing"). */
const WITHOUT_MAILBOX = "113feb6c-3fe4-4440-bddc-54d774bf0318";

/**
 * Asks the directory about the account (`User.Read.All`) and, where it has no sign-in or no licence, what its mailbox is for
 * (`MailboxSettings.Read`). Never throws but the signal's reason: what is found here explains a failure and makes none.
 */
export async function lookUp(api: TokenApi, address: string, signal: AbortSignal): Promise<Known> {
  try {
    const user = await ask(api, "users.get", `${userPath(address)}?$select=${FIELDS}`, signal);
    const facts = {
      isEnabled: user.accountEnabled !== false,
      isLicensed: listOf(user.assignedPlans).some(hasMailbox),
      isSynchronised: user.onPremisesSyncEnabled === true,
    };
    const purpose = facts.isEnabled && facts.isLicensed ? "user" : await purposeOf(api, address, signal);
    return { account: { ...facts, purpose } };
  } catch (error) {
    signal.throwIfAborted();
    return { unknown: whyNot(error) };
  }
}

async function purposeOf(api: TokenApi, address: string, signal: AbortSignal): Promise<string | null> {
  try {
    const path = pathOf(address, "mailboxSettings/userPurpose");
    const { value } = await ask(api, "mailboxSettings.userPurpose", path, signal);
    return typeof value === "string" && /^\w{1,40}$/.test(value) ? value : null;
  } catch {
    signal.throwIfAborted();
    return null;
  }
}

async function ask(api: TokenApi, method: string, path: string, signal: AbortSignal) {
  return readAnswer(api, method, await api.ask({ method, path, signal }), signal);
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value.slice(0, 1000) : []);

const hasMailbox = (plan: unknown): boolean =>
  fieldOf(plan, "service") === "exchange" &&
  ["Enabled", "Warning"].includes(String(fieldOf(plan, "capabilityStatus"))) &&
  fieldOf(plan, "servicePlanId") !== WITHOUT_MAILBOX;

function whyNot(error: unknown): string {
  if (error instanceof RefusedError && error.status === 403)
    return "the application may not read the directory; with User.Read.All a refusal could be explained further";
  if (error instanceof RefusedError && error.status === 404) return "the directory has no account of this name";
  return `the directory cannot be asked: ${error instanceof FailureError ? error.failure.code : String(error)}`;
}

/** In words. */
export function describe({ isEnabled, isLicensed, isSynchronised, purpose }: Account): string {
  return [
    ...(purpose === null ? [] : [`a mailbox of the kind ${purpose}`]),
    isEnabled ? "the account is enabled" : "the account is disabled",
    isLicensed ? "it has a licence with Exchange Online" : "it has no licence with Exchange Online",
    ...(isSynchronised ? ["it is synchronised from a directory on-premises"] : []),
  ].join(", ");
}

/** What a mailbox that is not served means, once its account is known: the first that fits. */
const explanations: readonly { readonly code: FailureCode; fits(account: Account): boolean }[] = [
  { code: "ACCOUNT_DISABLED", fits: ({ isEnabled }) => !isEnabled },
  { code: "LICENCE_MISSING", fits: ({ isLicensed }) => !isLicensed },
];
const explained: ReadonlySet<FailureCode> = new Set<FailureCode>(["MAILBOX_NOT_ONLINE", "MAILBOX_NOT_FOUND"]);

/** The failure of a mailbox that is not there or not served, with what the directory says; any other as it is. */
export function explain(thrown: unknown, known: Known): unknown {
  if (!(thrown instanceof FailureError) || !("account" in known) || !explained.has(thrown.failure.code)) return thrown;
  const { account } = known;
  const { code, evidence } = thrown.failure;
  const means = explanations.find(({ fits }) => fits(account))?.code ?? code;
  const reply = `${evidence?.reply ?? code}; the directory says: ${describe(account)}`;
  return new FailureError(failureOf(means, { ...evidence, reply }), { cause: thrown });
}
