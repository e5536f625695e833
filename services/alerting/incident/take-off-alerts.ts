import type { AlertingPorts } from "../ports.ts";

const batch = 500;

/** Takes off the alerts of a deleted incident too. */
export async function takeOffAlerts(
  { members, wall }: AlertingPorts,
  incidentId: string,
  by: string,
  commandId: string,
): Promise<void> {
  for (;;) {
    const alerts = await members.raisedOf(incidentId, batch);
    const ids = alerts.map(({ _id }) => _id);
    await wall.dismiss(ids, by, { id: `${commandId}:dismiss` });
    if (alerts.length < batch) return;
  }
}
