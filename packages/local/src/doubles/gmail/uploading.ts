import { randomBytes } from "node:crypto";
import type { ApiCall } from "./api-call.ts";
import { type ApiAnswer, apiError } from "./api-errors.ts";
import type { GmailMailbox } from "./mailbox.ts";
import { splitMultipart } from "./multipart.ts";
import { parseJson, type SendingState, sendMessage, threadOf } from "./sending.ts";

/** An upload in pieces that has begun. */
interface Session {
  readonly threadId: string | undefined;
  readonly received: Buffer[];
  size: number;
}

/** Uploads in pieces that have not ended. */
export type UploadSessions = Map<string, Session>;

const empty = Buffer.alloc(0);

/** Media upload of `users.messages.send`: `media`, `multipart` or `resumable` (Google's upload protocols). */
export function uploadMessage(
  mailbox: GmailMailbox,
  call: ApiCall,
  state: SendingState,
  sessions: UploadSessions,
): ApiAnswer {
  const kind = call.url.searchParams.get("uploadType");
  const type = call.headers["content-type"] ?? "";
  if (kind === "media") {
    if (!type.startsWith("message/rfc822")) return apiError("badRequest", `Media type '${type}' is not supported.`);
    return sendMessage(mailbox, call.body, undefined, state);
  }
  if (kind === "multipart") {
    const [json, media] = splitMultipart(type, call.body, 2) ?? [];
    const message = json && parseJson(json.body);
    if (!message || !media) return apiError("badRequest", "Malformed multipart body.");
    const encoded = media.headers.get("content-transfer-encoding")?.toLowerCase() === "base64";
    const bytes = encoded ? Buffer.from(media.body.toString("latin1"), "base64") : media.body;
    return sendMessage(mailbox, bytes, threadOf(message), state);
  }
  if (kind === "resumable") return resume(mailbox, call, state, sessions);
  return apiError("badRequest", "Invalid value for parameter uploadType");
}

function resume(mailbox: GmailMailbox, call: ApiCall, state: SendingState, sessions: UploadSessions): ApiAnswer {
  const id = call.url.searchParams.get("upload_id");
  if (id === null) {
    const message = parseJson(call.body);
    if (!message) return apiError("badRequest", "Invalid JSON payload received.");
    if (Number(call.headers["x-upload-content-length"] ?? 0) > state.maximumMessageBytes)
      return apiError("uploadTooLarge");
    const made = randomBytes(16).toString("hex");
    sessions.set(made, { threadId: threadOf(message), received: [], size: 0 });
    const place = new URL(call.url);
    place.searchParams.set("upload_id", made);
    return { status: 200, body: empty, headers: { location: place.href, "x-guploader-uploadid": made } };
  }
  const session = sessions.get(id);
  if (!session) return apiError("notFound");
  session.size += call.body.length;
  if (session.size > state.maximumMessageBytes) {
    sessions.delete(id);
    return apiError("uploadTooLarge");
  }
  session.received.push(call.body);
  const total = /^bytes (?:\d+-\d+|\*)\/(\d+)$/.exec(call.headers["content-range"] ?? "")?.[1];
  const unfinished = call.headers["content-range"] !== undefined && session.size !== Number(total ?? Number.NaN);
  if (unfinished) {
    return { status: 308, body: empty, headers: session.size > 0 ? { range: `bytes=0-${session.size - 1}` } : {} };
  }
  sessions.delete(id);
  return sendMessage(mailbox, Buffer.concat(session.received), session.threadId, state);
}
