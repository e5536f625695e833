import type { Filter } from "mongodb";
import type { MailboxDocument } from "./mailbox-document.ts";

/** What a list of mailboxes is narrowed to. */
export interface MailboxFilter {
  /** A whole life-cycle word, or its part before the dot: `disabled`. */
  readonly lifecycle?: string;
  readonly profileId?: string;
  readonly kind?: MailboxDocument<unknown>["configuration"]["kind"];
  /** Part of the address or name, in any case of letters. */
  readonly search?: string;
}

/** Escapes what a regular expression would take for more than itself. */
function literally(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

/** The filter of living mailboxes after `cursor`, which is the address key of the last one shown. */
export function mailboxQuery<Machine>(filter: MailboxFilter, cursor?: string): Filter<MailboxDocument<Machine>> {
  const query: Record<string, unknown> = { living: true };
  if (filter.lifecycle !== undefined)
    // A range instead of an expression: the index then serves "disabled" as well as "disabled.failed".
    query["status.lifecycle"] = filter.lifecycle.includes(".")
      ? filter.lifecycle
      : { $gte: filter.lifecycle, $lt: `${filter.lifecycle}/` };
  if (filter.profileId !== undefined) query["configuration.profileId"] = filter.profileId;
  if (filter.kind !== undefined) query["configuration.kind"] = filter.kind;
  if (cursor !== undefined) query.addressKey = { $gt: cursor };
  if (filter.search !== undefined) {
    const part = { $regex: literally(filter.search), $options: "i" };
    query.$or = [{ "configuration.address": part }, { "configuration.name": part }];
  }
  return query as Filter<MailboxDocument<Machine>>;
}
