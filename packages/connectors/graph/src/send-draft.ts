import {
  type Envelope,
  type Permission,
  PermissionRefused,
  permitted,
  type StreamedMessage,
  type Submitted,
  UncertainError,
} from "@mailfleet/connector-api";
import { addressByHeader, ofOneMessage, type TokenApi } from "@mailfleet/connector-http";
import { type FailureCode, FailureError, failureOf } from "@mailfleet/contracts";
import { type Attachment, readAttachments, UnsendableMessage, withoutAttachments } from "@mailfleet/mime";
import { attachAll } from "./attach.ts";
import { malformed, pathOf, readAnswer } from "./graph-api.ts";
import { asBase64, deniesAll, MOST_BYTES, notSent, readTaken } from "./handing-over.ts";

/** Graph's limit for an attachment, and for a message with all of them. */
const MOST_DECODED = 150 * 1024 * 1024;
const MOST_WRITTEN = 206 * 1024 * 1024;
const METHOD = "messages.create";
/** What an address takes in a field besides itself. */
const ROOM_FOR_ONE = 8;
/** What was begun is taken away again, whoever has given up meanwhile. */
const DISCARD_MS = 10_000;

/**
 * Hands over a message that is too large for one request: a draft from its MIME without the largest attachments, these in
 * upload sessions, and then `send`. Until that last request nothing can be sent. A draft that is not sent is deleted. Throws
 * as `sendMail` does, and MESSAGE_TOO_LARGE for a message that cannot be divided.
 */
export async function sendDraft(
  api: TokenApi,
  address: string,
  { envelope, message }: { readonly envelope: Envelope; readonly message: StreamedMessage },
  signal: AbortSignal,
  permission?: Permission,
): Promise<Submitted> {
  let draft: string | null = null;
  try {
    const attachments = await divided(envelope, message);
    draft = await createDraft(api, address, { envelope, message, attachments }, signal);
    await attachAll(api, pathOf(address, `messages/${encodeURIComponent(draft)}`), { message, attachments }, signal);
    await permitted(permission);
  } catch (error) {
    if (draft !== null) await discard(api, address, draft);
    throw beforeSending(error);
  }
  try {
    const path = pathOf(address, `messages/${encodeURIComponent(draft)}/send`);
    return readTaken(await api.ask({ method: "messages.send", purpose: "send", path, post: { length: 0 }, signal }));
  } catch (error) {
    const thrown = notSent(api, error, { method: "messages.send", handedOver: true, signal });
    if (!(thrown instanceof UncertainError)) await discard(api, address, draft);
    throw thrown;
  }

  function beforeSending(error: unknown): unknown {
    if (error instanceof PermissionRefused) return error;
    if (error instanceof UnsendableMessage)
      return new FailureError(failureOf("MESSAGE_REFUSED", { command: METHOD, reply: error.message }));
    if (error instanceof FailureError) return ofOneMessage(error, deniesAll);
    if (signal.aborted)
      return new FailureError(failureOf("CONNECTION_LOST", { command: METHOD, systemCode: "ABORTED" }));
    return ofOneMessage(api.failure(error, METHOD), deniesAll);
  }
}

/** The attachments that must stand beside the message so that the rest fits into one request: as few as do. */
async function divided({ to }: Envelope, { size, stream }: StreamedMessage): Promise<Attachment[]> {
  if (size > MOST_WRITTEN) throw tooLarge(`it has ${size} bytes, and Graph takes at most ${MOST_WRITTEN}`);
  const all = await readAttachments(stream());
  const chosen = new Set<Attachment>();
  // Those whom the header does not name are added to it.
  let rest = size + to.reduce((sum, address) => sum + Buffer.byteLength(address) + ROOM_FOR_ONE, 0);
  for (const one of [...all].sort((a, b) => b.written - a.written)) {
    if (rest <= MOST_BYTES) break;
    if (one.size > MOST_DECODED)
      throw tooLarge(`the file ${one.name} has ${one.size} bytes, Graph takes ${MOST_DECODED}`);
    chosen.add(one);
    rest -= one.written;
  }
  if (rest > MOST_BYTES)
    throw tooLarge(
      `${rest} bytes of it cannot be uploaded as attachments (text, or what is signed or encrypted as a whole), ` +
        `and Graph takes at most ${MOST_BYTES} bytes of that`,
    );
  return all.filter((one) => chosen.has(one));
}

interface Divided {
  readonly envelope: Envelope;
  readonly message: StreamedMessage;
  readonly attachments: readonly Attachment[];
}

async function createDraft(
  api: TokenApi,
  address: string,
  { envelope, message, attachments }: Divided,
  signal: AbortSignal,
): Promise<string> {
  const rest: Buffer[] = [];
  const chosen = new Set(attachments.map(({ index }) => index));
  for await (const piece of withoutAttachments(message.stream(), chosen)) rest.push(piece);
  const body = asBase64(addressByHeader(envelope, Buffer.concat(rest), { server: "Graph", method: METHOD }));
  try {
    const path = pathOf(address, "messages");
    const post = { contentType: "text/plain", ...body };
    const response = await api.ask({ method: METHOD, purpose: "send", path, post, signal });
    const { id } = await readAnswer(api, METHOD, response, signal);
    if (typeof id === "string" && /^[\x21-\x7e]{1,1000}$/.test(id)) return id;
  } catch (error) {
    if (!(error instanceof FailureError) || !denials.has(error.failure.code)) throw error;
    // Small messages need Mail.Send alone, so the mailbox itself works.
    const reply = `it needs a draft, and a draft the permission Mail.ReadWrite: ${error.failure.evidence?.reply ?? ""}`;
    throw new FailureError(failureOf("MESSAGE_TOO_LARGE", { ...error.failure.evidence, reply }), { cause: error });
  }
  throw malformed(METHOD, "the draft has no id");
}

const denials: ReadonlySet<FailureCode> = new Set<FailureCode>([
  "ACCESS_DENIED",
  "MAILBOX_OUT_OF_SCOPE",
  "TENANT_APPROVAL_MISSING",
]);

/** Never throws: what stays is a draft, which nobody receives. */
async function discard(api: TokenApi, address: string, draft: string): Promise<void> {
  const path = pathOf(address, `messages/${encodeURIComponent(draft)}`);
  const signal = AbortSignal.timeout(DISCARD_MS);
  await api.ask({ method: "messages.delete", path, post: { verb: "DELETE" }, signal }).catch(() => {});
}

function tooLarge(reply: string): FailureError {
  return new FailureError(failureOf("MESSAGE_TOO_LARGE", { command: METHOD, reply }));
}
