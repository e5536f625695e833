import { type StreamedMessage, UncertainError } from "@mailfleet/connector-api";
import { FailureError, failureOf } from "@mailfleet/contracts";
import { isCertainlyNotSent } from "./certainly-not-sent.ts";
import { NotAskedError } from "./not-asked.ts";
import { ofOneMessage } from "./of-one-message.ts";
import { RefusedError } from "./refusal.ts";

/** As much of a large message as is looked at for its recipients. */
const LONGEST_HEADER = 256 * 1024;

/** Exchange's words for a request that it may have carried out, or part of it (MS-OXWSCDATA §2.2.5.24). */
const perhapsDone = /\bError(TimeoutExpired|ConnectionFailed|MailboxFailover|MailboxSiteFailover)\b/;

/** A request that makes a server send, and where it was when it ended. */
export interface HandingOver {
  /** The server's name for people. */
  readonly server: string;
  /** The API's name of the method. */
  readonly method: string;
  /** The last byte was taken. */
  readonly handedOver: boolean;
  readonly signal: AbortSignal;
  /** As in `ofOneMessage`. */
  readonly deniesAll: RegExp;
  /** The failure for whatever was thrown. */
  failure(thrown: unknown, method: string): FailureError;
}

/**
 * The error of such a request, as the caller is told: `UncertainError` unless the server certainly took nothing, else whose
 * failure it is.
 */
export function notHandedOver(thrown: unknown, request: HandingOver): Error {
  const { server, method, handedOver, signal, deniesAll } = request;
  const uncertain = (reason: string) =>
    new UncertainError(`${server} had the whole message and ${reason}`, { cause: thrown });
  if (thrown instanceof UncertainError || thrown instanceof NotAskedError) return thrown;
  if (thrown instanceof RefusedError)
    return isUnknown(thrown, handedOver)
      ? uncertain(`nobody knows what became of it: ${thrown.failure.evidence?.reply ?? thrown.status}`)
      : ofOneMessage(thrown, deniesAll);
  const failure = signal.aborted && !(thrown instanceof FailureError) ? null : request.failure(thrown, method);
  if (failure && isCertainlyNotSent(failure.failure.code)) return failure;
  if (handedOver) return uncertain(`gave no answer (${failure?.failure.code ?? "given up"})`);
  if (!failure) return new FailureError(failureOf("CONNECTION_LOST", { command: method, systemCode: "ABORTED" }));
  return failure.failure.code === "CONNECTION_LOST" ? ofOneMessage(failure, deniesAll) : failure;
}

/** Whether an answer leaves open if the request was carried out. */
function isUnknown({ status, codes }: RefusedError, handedOver: boolean): boolean {
  // A yes in another language than the API's.
  if (status < 300 && codes === null) return true;
  if (!handedOver) return false;
  // A gateway does not know, nor does a load balancer what the server behind it has done. The API itself says so by a code.
  return (
    status === 408 || status === 502 || status === 504 || (codes === null ? status >= 500 : perhapsDone.test(codes))
  );
}

/** A probe that is lost has no second chance to be looked up: in a test it has failed. */
export async function handOverProbe(
  { host, port }: { readonly host: string; readonly port: number },
  send: () => Promise<{ readonly answer: string }>,
): Promise<string> {
  try {
    return (await send()).answer;
  } catch (error) {
    if (!(error instanceof UncertainError)) throw error;
    throw new FailureError(failureOf("CONNECTION_LOST", { host, port, reply: error.message }), { cause: error });
  }
}

/** The whole of a small message; of a large one as much as a header section may have. */
export async function beginningOf(message: Uint8Array | StreamedMessage): Promise<Uint8Array> {
  if (message instanceof Uint8Array) return message;
  const held: Uint8Array[] = [];
  let size = 0;
  for await (const piece of message.stream()) {
    held.push(piece);
    size += piece.length;
    if (size > LONGEST_HEADER) break;
  }
  return Buffer.concat(held);
}

/** What comes after so many bytes of it. */
export async function* restOf(message: StreamedMessage, from: number): AsyncGenerator<Uint8Array> {
  let at = 0;
  for await (const piece of message.stream()) {
    const rest = piece.subarray(Math.min(Math.max(0, from - at), piece.length));
    at += piece.length;
    if (rest.length > 0) yield rest;
  }
}
