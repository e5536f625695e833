import type { GraphAnswer } from "./graph-answer.ts";
import type { GraphCall } from "./graph-call.ts";

/** `users/{address}`: what the directory says of the account. */
export function getUser({ address, mailbox }: GraphCall): GraphAnswer {
  const { id, enabled, licensed } = mailbox.account;
  const assignedLicenses = licensed ? [{ disabledPlans: [], skuId: "4b9405b0-7788-4568-add1-99614e613b69" }] : [];
  return {
    status: 200,
    body: { id, userPrincipalName: address, mail: address, accountEnabled: enabled, assignedLicenses },
  };
}

/** `users/{address}/mailboxSettings`: there only for a mailbox that Exchange Online serves. */
export const getSettings = (): GraphAnswer => ({
  status: 200,
  body: { timeZone: "UTC", userPurpose: "user", automaticRepliesSetting: { status: "disabled" } },
});
