import type { AlertingPorts } from "../ports.ts";

/** A failure of the mail server is one alert, whatever notice could not be sent. */
export const serverObject = { type: "service", id: "alerting", label: "notifications" } as const;

/** Notifications are off, or the mail server works: clears the alerts about it. */
export async function clearServerAlert({ wall, now }: Pick<AlertingPorts, "wall" | "now">): Promise<void> {
  const at = now();
  await wall.clear({ at, object: serverObject, codes: ["NOTIFICATION_FAILED"] }, { id: `relay:works:${at}` });
}

/** Mail leaves again. The alert first: a crash in between only clears it once more. */
export async function serverWorks(ports: Pick<AlertingPorts, "wall" | "now" | "mailServer">): Promise<void> {
  if ((await ports.mailServer.get()).failures === 0) return;
  await clearServerAlert(ports);
  await ports.mailServer.set({ failures: 0, pausedUntil: 0 });
}
