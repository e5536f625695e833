import { type Submitted, UncertainError } from "@mailfleet/connector-api";
import { notHandedOver, type TokenApi } from "@mailfleet/connector-http";

/** Graph refuses a larger request with 413. */
const MOST_IN_REQUEST = 4 * 1024 * 1024;
/** What is left of it as base64, which turns three bytes into four. */
export const MOST_BYTES = (MOST_IN_REQUEST / 4) * 3;
const SLICE = 64 * 1024;
/** Every denial is of the mailbox: the application may not act for it. */
export const deniesAll = /^/;

/** Whether a request with a body of so many bytes is taken. */
export const isTaken = (length: number): boolean => length <= MOST_IN_REQUEST;

/** What is sent as base64, in pieces. */
export function asBase64(pieces: readonly Uint8Array[]): { length: number; pieces: () => Generator<Uint8Array> } {
  const body = Buffer.from(Buffer.concat(pieces).toString("base64"));
  function* slices(): Generator<Uint8Array> {
    for (let at = 0; at < body.length; at += SLICE) yield body.subarray(at, at + SLICE);
  }
  return { length: body.length, pieces: slices };
}

/** The error of a request that makes Graph send, as the caller is told. */
export function notSent(
  api: TokenApi,
  error: unknown,
  request: { method: string; handedOver: boolean; signal: AbortSignal },
): Error {
  return notHandedOver(error, { ...request, server: "Graph", deniesAll, failure: api.failure });
}

/** 202 alone says that Graph took it. */
export function readTaken(response: Response): Submitted {
  if (response.status === 202) {
    const id = response.headers
      .get("request-id")
      ?.replace(/[^\w-]/g, "")
      .slice(0, 100);
    return { answer: `202 accepted by Graph${id ? ` (request ${id})` : ""}`, rejected: [] };
  }
  throw new UncertainError(`Graph had the whole message and answered ${response.status} instead of 202`);
}
