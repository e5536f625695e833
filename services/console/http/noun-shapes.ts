import { type AnyNoun, paged } from "@mailfleet/contracts";
import { z } from "zod";
import type { OwnerAccess } from "./route.ts";

/** How an object is named in a path: by its id or, where it can be found by it, by its label. */
export function namedBy(noun: AnyNoun, label: string | undefined): z.ZodType {
  const kept = label === undefined ? undefined : noun.fields[label]?.kept;
  if (!kept) return noun.id;
  return z.union([noun.id, kept], { error: `must be the id or ${label} of a ${noun.name}` }).describe(`id or ${label}`);
}

/** The query of a read: what the owner is asked, but for the objects themselves and a mailbox that the path names. */
export function queryOf(noun: AnyNoun, verb: string, namesMailbox: boolean): z.ZodObject {
  const request = noun.requests[`${noun.owner}.${noun.name}.${verb}`];
  const {
    id: _,
    ids: __,
    within: ___,
    mailboxId,
    ...asked
  } = request?.input instanceof z.ZodObject ? request.input.shape : {};
  return z.strictObject(namesMailbox || !mailboxId ? asked : { ...asked, mailboxId });
}

/** What the owner of a mailbox may do, as the noun declares it. */
export function ownerOf(noun: AnyNoun, verb: string): { owner?: OwnerAccess } {
  const allowed = noun.owners?.[verb] ?? noun.operations[verb]?.owner;
  if (allowed === undefined || allowed === false) return {};
  if (allowed === true) return { owner: {} };
  if (verb !== "get" && verb !== "list") return { owner: { fields: allowed } };
  const less = noun.View.pick(Object.fromEntries(allowed.map((key) => [key, true])) as Record<string, never>);
  return { owner: { answer: verb === "list" ? paged(less) : less } };
}
