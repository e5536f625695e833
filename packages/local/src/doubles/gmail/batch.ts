import { randomBytes } from "node:crypto";
import { STATUS_CODES } from "node:http";
import type { ApiCall } from "./api-call.ts";
import { type ApiAnswer, apiError } from "./api-errors.ts";
import { type Part, splitMultipart, splitPart } from "./multipart.ts";

/** Calls in one batch, at most. */
const maximumCalls = 100;

/** Answers a batch (`multipart/mixed` of `application/http`): each call alone, in the order in which they came. */
export function answerBatch(call: ApiCall, answer: (inner: ApiCall) => ApiAnswer): ApiAnswer {
  const parts = splitMultipart(call.headers["content-type"] ?? "", call.body, maximumCalls);
  if (!parts) return apiError("badRequest", "Failed to parse batch request, error: no parts.");
  if (parts.length > maximumCalls) {
    return apiError("badRequest", `The batch request must not contain more than ${maximumCalls} calls.`);
  }
  const boundary = `batch_${randomBytes(12).toString("base64url")}`;
  const chunks: Buffer[] = [];
  for (const part of parts) {
    const inner = innerCall(part, call);
    const { status, headers = {}, body } = inner ? answer(inner) : apiError("badRequest", "Malformed part");
    const id = (part.headers.get("content-id") ?? "").replace(/^<(.*)>$/, "<response-$1>");
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    chunks.push(
      Buffer.from(
        `--${boundary}\r\nContent-Type: application/http\r\n${id ? `Content-ID: ${id}\r\n` : ""}\r\n` +
          `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}\r\nContent-Type: application/json; charset=UTF-8\r\n` +
          `${lines.join("")}Content-Length: ${body.length}\r\n\r\n`,
      ),
      body,
      Buffer.from("\r\n"),
    );
  }
  chunks.push(Buffer.from(`--${boundary}--\r\n`));
  return {
    status: 200,
    body: Buffer.concat(chunks),
    headers: { "content-type": `multipart/mixed; boundary=${boundary}` },
  };
}

function innerCall(part: Part, outer: ApiCall): ApiCall | null {
  const end = part.body.indexOf("\n");
  const line = part.body
    .subarray(0, end < 0 ? part.body.length : end)
    .toString("latin1")
    .trim();
  const [, method, target] = /^([A-Z]+) (\S+)(?: HTTP\/[\d.]+)?$/.exec(line) ?? [];
  if (!method || !target || !URL.canParse(target, outer.url.href)) return null;
  const { headers, body } = splitPart(end < 0 ? Buffer.alloc(0) : part.body.subarray(end + 1));
  const length = Number(headers.get("content-length") ?? body.length);
  return {
    method,
    url: new URL(target, outer.url),
    headers: { authorization: outer.headers.authorization, ...Object.fromEntries(headers) },
    body: body.subarray(0, length),
  };
}
