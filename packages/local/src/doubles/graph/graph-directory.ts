import type { GraphAnswer } from "./graph-answer.ts";
import type { GraphCall } from "./graph-call.ts";

const exchangePlans = {
  withMailbox: "9aaf7827-d63c-4b61-89c3-182f06f82e5c",
  /** A part of many plans that has no mailbox. */
  foundation: "113feb6c-3fe4-4440-bddc-54d774bf0318",
} as const;
const plan = (servicePlanId: string) => ({ service: "exchange", capabilityStatus: "Enabled", servicePlanId });

/** `users/{address}`: what the directory says of the account. */
export function getUser({ address, mailbox }: GraphCall): GraphAnswer {
  const { id, enabled, licensed, synchronised } = mailbox.account;
  const assignedLicenses = licensed ? [{ disabledPlans: [], skuId: "4b9405b0-7788-4568-add1-99614e613b69" }] : [];
  const assignedPlans = [plan(exchangePlans.foundation), ...(licensed ? [plan(exchangePlans.withMailbox)] : [])];
  return {
    status: 200,
    body: {
      ...{ id, userPrincipalName: address, mail: address, accountEnabled: enabled, assignedLicenses, assignedPlans },
      onPremisesSyncEnabled: synchronised ? true : null,
    },
  };
}

/** `users/{address}/mailboxSettings`: there only for a mailbox that Exchange Online serves. */
export const getSettings = ({ mailbox }: GraphCall): GraphAnswer => ({
  status: 200,
  body: {
    ...{ timeZone: "UTC", userPurpose: mailbox.account.purpose },
    automaticRepliesSetting: { status: "disabled" },
  },
});

/** `users/{address}/mailboxSettings/userPurpose` */
export const getPurpose = ({ mailbox }: GraphCall): GraphAnswer => ({
  status: 200,
  body: { value: mailbox.account.purpose },
});
