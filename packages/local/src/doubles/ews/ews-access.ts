import { EwsError } from "./ews-errors.ts";
import type { EwsMailbox } from "./ews-mailbox.ts";
import type { EwsCaller } from "./ews-sign-in.ts";
import { at, textAt, type XmlElement } from "./xml.ts";

/** Who may act for whom. */
export interface EwsRights {
  readonly mailboxes: ReadonlyMap<string, EwsMailbox>;
  /** Owners with those who may open their mailboxes, in lower case. */
  readonly delegates: ReadonlyMap<string, ReadonlySet<string>>;
  /** Impersonation ends here (a management scope), in lower case; `null`: nowhere. */
  readonly scope: ReadonlySet<string> | null;
}

/** The address that a request impersonates; `null`: it acts for itself. */
export function impersonated(envelope: XmlElement): string | null {
  const sid = at(envelope, "Header", "ExchangeImpersonation", "ConnectingSID");
  if (!sid) return null;
  return ["PrimarySmtpAddress", "SmtpAddress", "PrincipalName"].map((name) => textAt(sid, name)).find(Boolean) ?? "";
}

/** The mailbox that a request acts as. Throws what is answered as a fault. */
export function actingAs(caller: EwsCaller, target: string | null, rights: EwsRights): EwsMailbox {
  const { account } = caller;
  if (target === null && !account) throw new EwsError("ErrorImpersonationRequired");
  if (target !== null && account && !account.impersonates) throw new EwsError("ErrorImpersonateUserDenied");
  const address = (target ?? account?.address ?? "").toLowerCase();
  const mailbox = rights.mailboxes.get(address);
  if (!mailbox) throw new EwsError("ErrorNonExistentMailbox");
  if (target !== null && rights.scope && !rights.scope.has(address)) throw new EwsError("ErrorImpersonateUserDenied");
  return mailbox;
}

/** The mailboxes that it may open: its own, and those whose owners made it a delegate. */
export function reachable(mailbox: EwsMailbox, { mailboxes, delegates }: EwsRights): readonly EwsMailbox[] {
  const self = mailbox.address.toLowerCase();
  const others = [...mailboxes].filter(([owner]) => delegates.get(owner)?.has(self)).map(([, one]) => one);
  return [mailbox, ...others];
}
