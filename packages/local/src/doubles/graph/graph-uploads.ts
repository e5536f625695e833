import { randomBytes } from "node:crypto";
import { type GraphAnswer, refused } from "./graph-answer.ts";
import { type AttachmentHead, addAttachment, attachmentHead } from "./graph-attachments.ts";
import { type GraphCall, jsonBody } from "./graph-call.ts";
import { type GraphMailbox, messageOf } from "./graph-mailbox.ts";

/** Smaller files belong into the message itself (3 MB by the documentation, 2 as measured); larger ones are not taken. */
const [smallest, largest] = [2 * 1024 * 1024, 150 * 1024 * 1024];
const lastsMs = 3_600_000;

interface Upload {
  readonly mailbox: GraphMailbox;
  readonly messageId: string;
  readonly head: AttachmentHead;
  readonly size: number;
  readonly expires: number;
  readonly chunks: Buffer[];
  received: number;
}

/** Files that arrive in ranges (Graph: attachment: createUploadSession). */
export interface Uploads {
  /** `POST messages/{id}/attachments/createUploadSession` */
  create(call: GraphCall, parts: readonly string[]): GraphAnswer;
  /** What is asked of a URL that an upload was given; `null`: it is none. The URL itself is the permission. */
  serve(request: { method: string; url: string; range: string; signed: boolean; body: Buffer }): GraphAnswer | null;
  /** Uploads that were begun and not yet finished. */
  readonly open: number;
  /** The URLs that were given out until now are no longer known. */
  expire(): void;
}

/** No uploads yet. */
export function graphUploads(): Uploads {
  const uploads = new Map<string, Upload>();
  const state = ({ expires, received }: Upload) => ({
    expirationDateTime: new Date(expires).toISOString(),
    nextExpectedRanges: [`${received}`],
  });

  function put(key: string, upload: Upload, range: string, body: Buffer): GraphAnswer {
    const [, from, to, total] = (/^bytes (\d+)-(\d+)\/(\d+)$/.exec(range) ?? []).map(Number);
    const fits = from === upload.received && to === upload.received + body.length - 1 && total === upload.size;
    if (!fits || upload.received + body.length > upload.size) return refused("InvalidRange");
    upload.chunks.push(body);
    upload.received += body.length;
    if (upload.received < upload.size) return { status: 200, body: state(upload) };
    uploads.delete(key);
    const { mailbox, messageId, head, chunks } = upload;
    if (!mailbox.messages.has(messageId)) return refused("ErrorItemNotFound");
    const { id } = addAttachment(mailbox, messageId, head, Buffer.concat(chunks));
    return { status: 201, headers: { location: `/v1.0/messages/${messageId}/attachments/${id}` } };
  }

  return {
    create: (call, [id = ""]) => {
      const message = messageOf(call.mailbox, id);
      if (!message) return refused("ErrorItemNotFound");
      const item = jsonBody(call);
      const given = item?.attachmentItem as Record<string, unknown> | undefined;
      const size = Number(given?.size);
      if (!given?.name || !Number.isSafeInteger(size)) return refused("RequestBodyRead");
      if (size < smallest) return refused("ErrorAttachmentSizeShouldNotBeLessThanMinimumSize");
      if (size > largest) return refused("ErrorAttachmentSizeLimitExceeded");
      const key = randomBytes(24).toString("base64url");
      const upload: Upload = {
        ...{ mailbox: call.mailbox, messageId: message.id, head: attachmentHead(given), size },
        ...{ expires: Date.now() + lastsMs, chunks: [], received: 0 },
      };
      uploads.set(key, upload);
      const uploadUrl = `${call.origin}/outlook/attachmentsessions/upload?authtoken=${key}`;
      return { status: 201, body: { uploadUrl, ...state(upload), nextExpectedRanges: ["0-"] } };
    },
    serve: ({ method, url, range, signed, body }) => {
      const { pathname, searchParams } = new URL(url, "http://graph");
      if (pathname !== "/outlook/attachmentsessions/upload") return null;
      const key = searchParams.get("authtoken") ?? "";
      const upload = uploads.get(key);
      // Graph's documentation forbids the header here: it would go to a host that is not Graph.
      if (signed) return refused("InvalidAuthenticationToken");
      if (!upload || upload.expires < Date.now()) return refused("ErrorItemNotFound");
      if (method === "PUT") return put(key, upload, range, body);
      if (method === "GET") return { status: 200, body: state(upload) };
      if (method !== "DELETE") return refused("ResourceNotFound");
      uploads.delete(key);
      return { status: 204 };
    },
    get open() {
      return uploads.size;
    },
    expire: () => uploads.clear(),
  };
}
