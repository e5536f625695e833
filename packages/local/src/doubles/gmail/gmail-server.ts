import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { readBody } from "../http/read-body.ts";
import { playTrouble, type Trouble } from "../http/trouble.ts";
import type { ApiCall } from "./api-call.ts";
import { type ApiAnswer, type ApiErrorReason, apiError, apiErrorBody, usualReason } from "./api-errors.ts";
import { answerBatch } from "./batch.ts";
import { answerCall, type GmailState } from "./gmail-api.ts";

/** A trouble of Gmail's: `reason` chooses the words of the refusal. */
export interface GmailTrouble extends Trouble {
  readonly reason?: ApiErrorReason;
}

/** A request that the double was sent. */
export interface GmailRequest {
  readonly method: string;
  /** Without its query. */
  readonly path: string;
  /** 0: no answer. */
  readonly status: number;
}

/** What serving needs in addition to the API's own state. */
export interface GmailServing {
  readonly state: GmailState;
  takeTrouble(path: string): GmailTrouble | undefined;
  onRequest(request: GmailRequest): void;
}

const jsonType = "application/json; charset=UTF-8";
const noBody = Buffer.alloc(0);

/** Serves the API, the upload paths and batches. `originOf` is asked late: the port is known only then. */
export function gmailServer(serving: GmailServing, originOf: () => string): RequestListener {
  const { state } = serving;
  const bodyLimit = Math.ceil(state.maximumMessageBytes * 1.5) + 65_536;
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const method = request.method ?? "GET";
    const url = new URL(request.url ?? "/", originOf());
    const note = (status: number) => serving.onRequest({ method, path: url.pathname, status });
    const body = method === "GET" ? noBody : await readBody(request, bodyLimit);
    const trouble = serving.takeTrouble(url.pathname);
    if (trouble) {
      const answered = await playTrouble(trouble, response, (status) => troubleBody(trouble, status));
      if (answered) return note(trouble.cutOff ? 0 : (trouble.status ?? 0));
    }
    const headers = request.headers as ApiCall["headers"];
    const answer = body === null ? tooLarge(url, state) : answerAny({ method, url, headers, body }, serving);
    note(answer.status);
    response.writeHead(answer.status, {
      "content-type": jsonType,
      "content-length": answer.body.length,
      ...answer.headers,
    });
    response.end(answer.body);
  };
  return (request, response) => {
    serve(request, response).catch(() => response.destroy());
  };
}

function answerAny(call: ApiCall, serving: GmailServing): ApiAnswer {
  if (!/^\/batch(?:\/gmail\/v1)?\/?$/.test(call.url.pathname)) return answerCall(call, serving.state);
  return answerBatch(call, (inner) => {
    // A batch is not one call for the limits: single parts of it are refused.
    const trouble = serving.takeTrouble(inner.url.pathname);
    if (trouble?.status !== undefined) {
      const body = Buffer.from(JSON.stringify(trouble.body ?? troubleBody(trouble, trouble.status)));
      return { status: trouble.status, body, ...(trouble.headers ? { headers: trouble.headers } : {}) };
    }
    return answerCall(inner, serving.state);
  });
}

const troubleBody = (trouble: GmailTrouble, status: number): unknown =>
  apiErrorBody(trouble.reason ?? usualReason(status), undefined, status);

/** What does not fit into JSON is refused by another layer than what does not fit into an upload. */
function tooLarge(url: URL, { maximumMessageBytes }: GmailState): ApiAnswer {
  if (url.pathname.startsWith("/upload/")) return apiError("uploadTooLarge");
  return apiError("badRequest", `Request payload size exceeds the limit: ${maximumMessageBytes} bytes.`);
}
