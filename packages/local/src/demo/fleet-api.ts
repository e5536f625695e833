import { setTimeout as pause } from "node:timers/promises";
import type { ApiClient } from "@mailfleet/client";
import type { Alert, Direction, DirectionStatus, Mailbox, ReceivedMessage, Send } from "@mailfleet/contracts";

/** The few calls of the public API that the story needs, by their names in the field. */
export interface FleetApi {
  readonly client: ApiClient;
  mailbox(address: string): Promise<Mailbox>;
  messages(address: string): Promise<ReceivedMessage[]>;
  sends(address: string): Promise<Send[]>;
  alerts(objectId: string): Promise<Alert[]>;
  /** Asks again until it is so; `null` if it never was. */
  until<Value>(ask: () => Promise<Value>, isSo: (value: Value) => boolean, withinMs: number): Promise<Value | null>;
}

const everyMs = 100;

/** The story's calls on top of the client of the HTTP API. */
export function fleetApi(client: ApiClient): FleetApi {
  const at = (address: string) => `/mailboxes/${encodeURIComponent(address)}`;
  const items = async <Item>(path: string) => (await client.get<{ items: Item[] }>(path)).items;
  return {
    client,
    mailbox: (address) => client.get<Mailbox>(at(address)),
    messages: (address) => items<ReceivedMessage>(`${at(address)}/messages?limit=500`),
    sends: async (address) => {
      const { id } = await client.get<Mailbox>(at(address));
      return items<Send>(`/sends?mailboxId=${id}&limit=500`);
    },
    alerts: (objectId) => items<Alert>(`/alerts?objectId=${objectId}&state=raised`),
    until: async (ask, isSo, withinMs) => {
      const deadline = Date.now() + withinMs;
      for (;;) {
        const value = await ask().catch(() => undefined);
        if (value !== undefined && isSo(value)) return value;
        if (Date.now() > deadline) return null;
        await pause(everyMs);
      }
    },
  };
}

/** Why a direction does not work, in the words of the failure and of the server. */
export function reasonLine(direction: Direction, error: NonNullable<DirectionStatus["lastError"]>): string {
  const says = error.evidence?.reply ? ` The server says: ${error.evidence.reply}` : "";
  return `${direction.padEnd(8)} ${error.code}: ${error.text} ${error.remedy}${says}`;
}

/** The steps of the last test of one direction, each as a line. */
export function stepLines(direction: Direction, status: DirectionStatus): string[] {
  return (status.lastTest?.steps ?? []).map((step) => {
    const mark = { ok: "ok", failed: "FAILED", skipped: "skipped" }[step.outcome];
    const remedy = step.remedy ? `  → ${step.remedy}` : "";
    return `${direction.padEnd(8)} ${step.step.padEnd(13)} ${mark.padEnd(7)} ${step.ms.toFixed(0).padStart(5)} ms  ${step.detail ?? ""}${remedy}`;
  });
}
