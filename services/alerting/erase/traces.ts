import { naming, type Removed } from "@mailfleet/contracts";
import type { Collection, Document, Store } from "@mailfleet/store";
import { alertCollection } from "../alert/document.ts";
import { collections } from "../collections.ts";
import { deadLetterCollection } from "../dead-letter/body.ts";
import { incidentCollection } from "../incident/document.ts";

/** What alerting keeps of a mailbox. */
export function createTraceStore(store: Store) {
  const of = (name: string): Collection<Document & { _id: string }> => store.db.collection(name);
  return {
    /** Incidents and alerts about it and its sends with their notices, messages about it that were set aside, and marks of its alerts. */
    async erase({ mailboxId, address }: { mailboxId: string; address: string }): Promise<Removed> {
      const named = { $regex: naming(address), $options: "i" };
      const alerts = await of(alertCollection).deleteMany({
        $or: [{ "object.id": mailboxId }, { "object.label": named }, { detail: named, "object.type": "send" }],
      });
      const incidents = await of(incidentCollection).deleteMany({
        $or: [{ "object.id": mailboxId }, { "object.label": named }],
      });
      // Alerts about something else may name it.
      await of(alertCollection).updateMany({ detail: named }, { $set: { detail: null } });
      const letters = await of(deadLetterCollection).deleteMany({ $or: [{ mailboxId }, { preview: named }] });
      const deliveries = await of(collections.deliveries.name).deleteMany({ mailboxId });
      await of(collections.clearMarks.name).deleteMany({ _id: { $regex: mailboxId } });
      return {
        alerts: alerts.deletedCount,
        incidents: incidents.deletedCount,
        "dead letters": letters.deletedCount,
        deliveries: deliveries.deletedCount,
      };
    },
  };
}
export type TraceStore = ReturnType<typeof createTraceStore>;
