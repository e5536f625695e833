import type { StreamedMessage } from "@mailfleet/connector-api";
import type { TokenApi } from "@mailfleet/connector-http";
import { type Attachment, contentOfAttachments } from "@mailfleet/mime";
import { malformed, readAnswer } from "./graph-api.ts";
import { isTaken } from "./handing-over.ts";

/** Ranges are multiples of 320 KiB, and a request has at most 4 MB. */
const RANGE = 8 * 320 * 1024;
const RANGE_MS = 5 * 60_000;

/** Where files may be uploaded besides Graph itself: Exchange Online, in each of Microsoft's clouds. */
const uploadHosts = /^(?:[a-z0-9-]+\.)*(?:office\.com|office365\.com|office365\.us|office\.de|outlook\.cn)$/;

interface Given {
  readonly message: StreamedMessage;
  readonly attachments: readonly Attachment[];
}

/**
 * Uploads attachments of a message to the draft at `draft` (a path), one after another, while the message is read. Holds one
 * range, whatever their size. Throws `FailureError`, or what reading the message throws.
 */
export async function attachAll(
  api: TokenApi,
  draft: string,
  { message, attachments }: Given,
  signal: AbortSignal,
): Promise<void> {
  const byIndex = new Map(attachments.map((one) => [one.index, one]));
  let open: Upload | null = null;
  for await (const { index, bytes } of contentOfAttachments(message.stream(), new Set(byIndex.keys()))) {
    if (open?.attachment.index !== index) {
      await open?.end();
      open = await begin(api, draft, byIndex.get(index) as Attachment, signal);
    }
    await open.put(bytes);
    signal.throwIfAborted();
  }
  await open?.end();
}

interface Upload {
  readonly attachment: Attachment;
  put(bytes: Buffer): Promise<void>;
  end(): Promise<void>;
}

async function begin(api: TokenApi, draft: string, attachment: Attachment, signal: AbortSignal): Promise<Upload> {
  const { name, type, inline, contentId, size } = attachment;
  const facts = { name, contentType: type, isInline: inline, ...(contentId !== null && { contentId }) };
  const inOneRequest = (contentBytes: string) =>
    JSON.stringify({ "@odata.type": "#microsoft.graph.fileAttachment", ...facts, contentBytes });
  // Upload sessions are only for files of more than 2 MB (the documentation says 3), and the name takes room as well.
  const isSmall = isTaken(Buffer.byteLength(inOneRequest("")) + Math.ceil(size / 3) * 4);
  const held = Buffer.allocUnsafe(isSmall ? size : Math.min(size, RANGE));
  let length = 0;
  let sent = 0;
  const session = isSmall
    ? null
    : await post(
        "attachments/createUploadSession",
        JSON.stringify({ AttachmentItem: { attachmentType: "file", ...facts, size } }),
      );
  const url = session && uploadUrl(api, session.uploadUrl);

  async function flush(): Promise<void> {
    const bytes = held.subarray(0, length);
    if (url === null) {
      await post("attachments", inOneRequest(bytes.toString("base64")));
    } else {
      const headers = { "content-range": `bytes ${sent}-${sent + length - 1}/${size}` };
      const put = { verb: "PUT" as const, contentType: "application/octet-stream", length, pieces: () => [bytes] };
      const request = { method: "attachments.upload", purpose: "send" as const, path: url, headers, signal };
      await api.ask({ ...request, post: put, withoutToken: true, timeoutMs: RANGE_MS });
    }
    sent += length;
    length = 0;
  }

  return {
    attachment,
    put: async (bytes) => {
      for (let at = 0; at < bytes.length; ) {
        const copied = bytes.copy(held, length, at);
        length += copied;
        at += copied;
        if (length === held.length) await flush();
      }
    },
    end: async () => {
      if (sent + length !== size) throw changed(attachment);
      if (length > 0) await flush();
    },
  };

  async function post(below: string, json: string): Promise<Record<string, unknown>> {
    const body = Buffer.from(json);
    const method = below;
    const pieces = () => [body];
    const sending = { contentType: "application/json", length: body.length, pieces };
    const response = await api.ask({ method, purpose: "send", path: `${draft}/${below}`, post: sending, signal });
    return readAnswer(api, method, response, signal);
  }
}

const changed = ({ name }: Attachment) => new Error(`the file ${name} has changed while it was read`);

/** The address itself is the permission to upload, and the file goes there: it must be Microsoft's. */
function uploadUrl(api: TokenApi, url: unknown): string {
  const given = typeof url === "string" && url.length <= 8192 && URL.canParse(url) ? new URL(url) : null;
  const isGraph = given?.origin === new URL(api.root).origin;
  if (given && (isGraph || (given.protocol === "https:" && uploadHosts.test(given.hostname)))) return given.href;
  throw malformed("attachments/createUploadSession", `an address that is not Microsoft's: ${given?.host ?? "none"}`);
}
