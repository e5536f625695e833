import { createHash } from "node:crypto";
import { gunzipSync, gzipSync } from "node:zlib";
import type { ApiClient } from "@mailfleet/client";
import type { Alert, Incident, Mailbox, ReceivedMessage, Send } from "@mailfleet/contracts";
import { Binary, bytesOf } from "@mailfleet/store";

/** Milliseconds since the epoch, of any day of the product's life. */
const isTime = (value: unknown): value is number => typeof value === "number" && value > 1.7e12 && value < 4e12;

/** What JSON has no form for, as an object with one field that begins with a dollar. */
export function toJson(value: unknown): unknown {
  if (value instanceof Date) return { $date: value.getTime() };
  if (value instanceof Binary) return { $gzip: gzipSync(bytesOf(value)).toString("base64") };
  if (Array.isArray(value)) return value.map(toJson);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, toJson(one)]));
}

/** The document again, with every point in time moved by so many milliseconds. */
export function fromJson(text: string, laterMs: number): unknown {
  return JSON.parse(text, (_, value) => {
    if (isTime(value)) return value + laterMs;
    if (value?.$date !== undefined) return new Date(value.$date);
    if (value?.$gzip !== undefined) return new Binary(gunzipSync(Buffer.from(value.$gzip, "base64")));
    return value;
  });
}

/** The latest moment in recorded documents: when they were recorded. */
export function recordedAt(texts: readonly string[]): number {
  const changes = texts.flatMap((text) => [...text.matchAll(/"(?:changedAt|storedAt|lastRunAt)":(\d+)/g)]);
  return Math.max(...changes.map(([, at]) => Number(at)));
}

/** What is sealed in the recorded documents for the services that notify. */
export const secrets = {
  relay: "hunter2 of the relay",
  webhook: `whsec_${Buffer.from("a secret of twenty-four.").toString("base64")}`,
} as const;

const instant = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/;

/** What people are told of the documents, without points in time and without what follows from the clock. */
export async function answersOf(api: ApiClient): Promise<unknown> {
  const fleet = await api.list<Mailbox>("/mailboxes");
  const messages = await Promise.all(
    fleet.map(async ({ id }) => {
      const all = await api.list<ReceivedMessage>(`/mailboxes/${id}/messages`);
      return Promise.all(
        all.map(async (one) => ({ ...one, read: await contentOf(api, id, one.id.slice(id.length + 1)) })),
      );
    }),
  );
  const sends = await api.list<Send>("/sends");
  const whole = {
    mailboxes: fleet.map(({ id, address, lifecycle }) => ({ id, address, lifecycle })),
    messages: messages.flat().sort((a, b) => (a.id < b.id ? -1 : 1)),
    sends: await Promise.all(sends.map(({ id }) => api.get<Send>(`/sends/${id}`))),
    alerts: (await api.list<Alert>("/alerts")).map(({ id, code, state, object }) => ({ id, code, state, object })),
    deadLetters: await api.list("/dead-letters"),
    tokens: (await api.list<{ id: string }>("/tokens")).filter(({ id }) => id !== "tk_bootstrap"),
    notifications: await api.get("/settings/notifications"),
    subscriptions: await api.list("/subscriptions"),
    deliveries: await api.list("/deliveries"),
    // What is told of them goes on.
    incidents: (await api.list<Incident>("/incidents")).map(({ id, code, state, object }) => ({
      id,
      code,
      state,
      object,
    })),
    erasures: await api.list("/erasures"),
  };
  return JSON.parse(JSON.stringify(whole, (_, value) => (instant.test(value) ? "a point in time" : value)));
}

/** SHA-256 of the bytes that are read, to be compared with what the document says. */
async function contentOf(api: ApiClient, mailboxId: string, nativeId: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const piece of await api.download(`/messages/${mailboxId}/${nativeId}/raw`)) hash.update(piece);
  return hash.digest("hex");
}
