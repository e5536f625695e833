import { FailureError, type Secret } from "@mailfleet/contracts";
import type { GuardedFetch } from "@mailfleet/http";
import { signedHeaders } from "./sign.ts";
import type { DeliveryOutcome, StoredDelivery } from "./store.ts";

/** From the call to the beginning of the answer's body. */
const answerMs = 15_000;
/** How much of the answer is read and kept; the rest is not read. */
const keptBytes = 500;
const firstWaitMs = 5000;
const longestWaitMs = 21_600_000;
/** After this many attempts it is given up, with the waits above after about four days. */
const mostAttempts = 24;

/** How an attempt is made. */
export interface AttemptPorts {
  readonly fetch: GuardedFetch;
  /** Ports that the organisation allows; `null`: all. */
  readonly allowedPorts: readonly number[] | null;
  readonly now: () => number;
  readonly firstWaitMs?: number;
  readonly timeoutMs?: number;
  readonly signal: AbortSignal;
}

/** The outcome of an attempt, and whether the receiver is gone for good (410). */
export type Attempted = DeliveryOutcome & { readonly isGone: boolean };

/** Makes one attempt. Never throws: whatever the receiver does is an outcome. */
export async function attempt(
  ports: AttemptPorts,
  delivery: StoredDelivery,
  url: string,
  secrets: readonly Secret[],
): Promise<Attempted> {
  const at = ports.now();
  const signed = signedHeaders({ id: delivery.factId, atSeconds: Math.floor(at / 1000), body: delivery.body }, secrets);
  let status: number | null = null;
  let answer: string;
  let retryAfterMs = 0;
  try {
    const response = await ports.fetch(url, {
      ...{ method: "POST", body: delivery.body, headers: { ...signed, "content-type": "application/json" } },
      // No answer is too large: we stop reading early.
      ...{ timeoutMs: ports.timeoutMs ?? answerMs, maximumBytes: Number.MAX_SAFE_INTEGER, signal: ports.signal },
      allowedPorts: ports.allowedPorts,
    });
    status = response.status;
    retryAfterMs = Math.round(Number(response.headers.get("retry-after") ?? 0) * 1000) || 0;
    answer = await beginningOf(response);
  } catch (error) {
    answer = reasonOf(error);
  }
  const attempts = delivery.attempts + 1;
  const isDone = status !== null && status >= 200 && status < 300;
  const state = isDone ? "delivered" : attempts >= mostAttempts ? "failed" : "pending";
  const nextAt =
    state === "pending"
      ? at + Math.max(waitMs(attempts, ports.firstWaitMs), Math.min(retryAfterMs, longestWaitMs))
      : null;
  return { _id: delivery._id, state, attempts, nextAt, status, answer, triedAt: at, isGone: status === 410 };
}

/** Doubled each time, with up to a fifth more, so that what failed together does not come back together. */
function waitMs(attempts: number, first = firstWaitMs): number {
  return Math.round(Math.min(longestWaitMs, first * 2 ** Math.min(attempts - 1, 20)) * (1 + Math.random() / 5));
}

async function beginningOf({ body }: Response): Promise<string> {
  if (!body) return "";
  const reader = body.getReader();
  const parts: Uint8Array[] = [];
  let bytes = 0;
  try {
    while (bytes < keptBytes) {
      const { done, value } = await reader.read();
      if (done) break;
      parts.push(value);
      bytes += value.length;
    }
  } catch {
    // The status says what we need to know.
  } finally {
    await reader.cancel().catch(() => {});
  }
  return Buffer.concat(parts)
    .subarray(0, keptBytes)
    .toString("utf8")
    .replace(/\p{Cc}+/gu, " ");
}

function reasonOf(error: unknown): string {
  if (error instanceof FailureError) {
    const { code, evidence } = error.failure;
    return `${code}: ${evidence?.reply ?? evidence?.systemCode ?? ""}`.slice(0, keptBytes);
  }
  return (error instanceof Error ? error.message : String(error)).slice(0, keptBytes);
}
