import { hash } from "node:crypto";
import { type AlertCode, type Evidence, type OutgoingMessage, subjects } from "@mailfleet/contracts";
import type { StoredCursor } from "./document.ts";

/** Something to be said to people about receiving. `key` tells one occasion from the next. */
export function alertRaised(
  mailboxId: string,
  alert: { code: AlertCode; key: string; at: number; detail?: string; evidence?: Evidence },
): OutgoingMessage {
  const { code, key, at, detail, evidence } = alert;
  return {
    id: `${mailboxId}:inbound:${code}:${key}`,
    subject: subjects.mailFact(mailboxId, "alert-raised"),
    type: "alert.raised.v1",
    mailboxId,
    at,
    body: {
      at,
      object: { type: "mailbox", id: mailboxId, direction: "inbound" },
      code,
      ...(detail && { detail: detail.slice(0, 1000) }),
      ...(evidence && { evidence }),
    },
  };
}

/** It is over. */
export function alertCleared(mailboxId: string, code: AlertCode, at: number): OutgoingMessage {
  return {
    id: `${mailboxId}:inbound:${code}:cleared:${at}`,
    subject: subjects.mailFact(mailboxId, "alert-cleared"),
    type: "alert.cleared.v1",
    mailboxId,
    at,
    body: { at, object: { type: "mailbox", id: mailboxId, direction: "inbound" }, codes: [code] },
  };
}

/** A cursor as the key of an occasion: short, however long the cursor is (an Exchange state may have 100 KB and more). */
export function occasionOf(cursor: StoredCursor | null): string {
  return hash("sha256", JSON.stringify(cursor ?? {})).slice(0, 32);
}
