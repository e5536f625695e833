import { singleId } from "@mailfleet/kit";
import type { Store } from "@mailfleet/store";
import { keptSettings } from "./settings.ts";

/**
 * Takes the id of the organisation off a copied database, so that its mark in mailboxes differs from the original's.
 * Only while nothing works on it; config makes a new id when it needs one.
 */
export async function forgetOrganisation(store: Store): Promise<void> {
  await store.db
    .collection<{ _id: string }>(keptSettings.collection)
    .updateOne({ _id: singleId }, { $unset: { organisationId: "" }, $inc: { v: 1 } });
}
