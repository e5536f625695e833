import {
  type ConnectOptions,
  type Envelope,
  type StreamedMessage,
  type Submitted,
  UncertainError,
} from "@mailfleet/connector-api";
import { type FailureCode, FailureError, failureOf, type Secret } from "@mailfleet/contracts";
import { type GuardedFetch, networkFailure, retryAfterMs } from "@mailfleet/http";
import { refusedError } from "./graph-error.ts";
import { withAllRecipients } from "./with-all-recipients.ts";

/** Microsoft's own root of the API. */
const GRAPH_ROOT = "https://graph.microsoft.com";
/** A request with MIME content may have 4 MB, and base64 turns three bytes into four. */
const MOST_BYTES = 3 * 1024 * 1024;
/** After this time no answer will come. */
const ANSWER_MS = 60_000;
const ANSWER_BYTES = 64 * 1024;
const COMMAND = "sendMail";

/** Failures that come before any answer, or are one: the message was certainly not accepted. */
const certain: ReadonlySet<FailureCode> = new Set<FailureCode>([
  "HOST_NOT_FOUND",
  "NAME_SERVICE_UNAVAILABLE",
  "CONNECTION_REFUSED",
  "NETWORK_UNREACHABLE",
  "TLS_HANDSHAKE_FAILED",
  "TLS_CERTIFICATE_EXPIRED",
  "TLS_CERTIFICATE_UNTRUSTED",
  "TLS_NAME_MISMATCH",
  "NOT_THIS_PROTOCOL",
  "ADDRESS_NOT_ALLOWED",
  "PORT_NOT_ALLOWED",
  "REDIRECT_REFUSED",
]);

/** A token for one mailbox, requested when it is needed. Throws CREDENTIALS_MISSING if the credentials give none. */
export async function graphToken(
  { credentials }: ConnectOptions,
  options: { renew: boolean; signal: AbortSignal },
): Promise<Secret> {
  if (credentials?.type !== "token") throw new FailureError(failureOf("CREDENTIALS_MISSING"));
  return credentials.accessToken(options);
}

/**
 * Hands one message to Graph as raw MIME (`POST /v1.0/users/{address}/sendMail`, answered with 202). A token that is
 * refused is renewed once. Throws `FailureError`: certainly not sent; `UncertainError`: no answer came to a request
 * that may have been carried out.
 */
export async function sendMail(
  fetch: GuardedFetch,
  options: ConnectOptions,
  envelope: Envelope,
  message: Uint8Array | StreamedMessage,
  signal: AbortSignal,
): Promise<Submitted> {
  const { host, port } = options.server;
  const size = message instanceof Uint8Array ? message.byteLength : message.size;
  if (size > MOST_BYTES) {
    const reply = `Graph takes at most ${MOST_BYTES} bytes of a message in one request`;
    throw new FailureError(failureOf("MESSAGE_TOO_LARGE", { host, port, command: COMMAND, reply }));
  }
  const raw = message instanceof Uint8Array ? message : await whole(message);
  const body = withAllRecipients(envelope.to, raw).toString("base64");
  const first = await graphToken(options, { renew: false, signal });
  const answer = await post(fetch, options, body, first, signal);
  if (answer.status !== 401) return readAnswer(answer, options, first);
  await answer.body?.cancel().catch(() => {});
  const renewed = await graphToken(options, { renew: true, signal });
  return readAnswer(await post(fetch, options, body, renewed, signal), options, renewed);
}

async function post(
  fetch: GuardedFetch,
  { address, server, allowedPorts }: ConnectOptions,
  body: string,
  token: Secret,
  signal: AbortSignal,
): Promise<Response> {
  const evidence = { host: server.host, port: server.port, command: COMMAND };
  const root = (server.apiUrl ?? GRAPH_ROOT).replace(/\/+$/, "");
  try {
    return await fetch(`${root}/v1.0/users/${encodeURIComponent(address)}/sendMail`, {
      method: "POST",
      headers: { authorization: `Bearer ${token.reveal()}`, "content-type": "text/plain", accept: "application/json" },
      body,
      signal,
      timeoutMs: ANSWER_MS,
      maximumBytes: ANSWER_BYTES,
      allowedPorts,
    });
  } catch (thrown) {
    const error = networkFailure(thrown, evidence, "waiting");
    const { code, evidence: proof } = error.failure;
    if (certain.has(code) || proof?.systemCode === "UND_ERR_CONNECT_TIMEOUT") throw error;
    throw new UncertainError(`Graph was sent the message and gave no answer (${error.failure.code})`, { cause: error });
  }
}

async function readAnswer(
  answer: Response,
  { server: { host, port } }: ConnectOptions,
  token: Secret,
): Promise<Submitted> {
  const evidence = { host, port, command: COMMAND };
  // An incomplete body does not matter: the status is enough.
  const body = await answer.text().then(
    (text) => text.slice(0, ANSWER_BYTES),
    () => "",
  );
  if (answer.status === 202) {
    const id = answer.headers
      .get("request-id")
      ?.replace(/[^\w-]/g, "")
      .slice(0, 100);
    return { answer: `202 accepted by Graph${id ? ` (request ${id})` : ""}`, rejected: [] };
  }
  // A gateway with this answer does not know whether the request behind it was carried out.
  if (answer.status === 502 || answer.status === 504)
    throw new UncertainError(`a gateway before Graph answered ${answer.status}`);
  if (answer.ok)
    throw new FailureError(failureOf("NOT_THIS_PROTOCOL", { ...evidence, reply: `${answer.status} instead of 202` }));
  const refusal = { status: answer.status, body, retryAfterMs: retryAfterMs(answer.headers, Date.now()) };
  throw refusedError(refusal, evidence, token.reveal());
}

/** Small enough for one request, so small enough for memory. */
async function whole(message: StreamedMessage): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of message.stream()) pieces.push(piece);
  return Buffer.concat(pieces);
}
