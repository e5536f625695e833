import {
  type Batch,
  type ConnectOptions,
  checkBalance,
  type InboundSession,
  type ListOptions,
} from "@mailfleet/connector-api";
import { Secret } from "@mailfleet/contracts";

/** A signal that nobody aborts. */
export const never = new AbortController().signal;

/** A whole message. */
export interface Whole {
  readonly nativeId: string;
  readonly identity: string;
  readonly receivedAt: number;
  readonly size: number;
  readonly raw: Buffer;
  readonly streamed: boolean;
}

/** Options for a server on loopback. */
export function optionsFor(port: number, more: Partial<ConnectOptions> = {}): ConnectOptions {
  return {
    mailboxId: "mb_test",
    address: "ann@example.test",
    server: { host: "127.0.0.1", port, security: "none" },
    credentials: { type: "password", username: "ann@example.test", password: new Secret("pa55word") },
    allowedPorts: null,
    allowedNetworks: ["127.0.0.0/8", "::1"],
    connectionTimeoutMs: 5000,
    ...more,
  };
}

/** Reads everything that is new, whole. */
export async function readAll(session: InboundSession, more: Partial<ListOptions> = {}) {
  const options = { processFrom: null, batchSize: 50, signal: never, known: () => false, ...more };
  const found: Whole[] = [];
  const batches: Batch[] = [];
  for await (const batch of session.listNew(null, options)) {
    checkBalance(batch);
    batches.push(batch);
    for (const { raw, identity = "", ...message } of batch.messages) {
      const pieces: Uint8Array[] = [];
      if (raw instanceof Uint8Array) pieces.push(raw);
      else for await (const piece of raw) pieces.push(piece);
      found.push({ ...message, identity, raw: Buffer.concat(pieces), streamed: !(raw instanceof Uint8Array) });
    }
  }
  return {
    found,
    batches,
    passedOver: batches.flatMap((batch) => batch.notWanted ?? []),
    refused: batches.flatMap((batch) => batch.refused),
  };
}
