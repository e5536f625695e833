import type { ServerResponse } from "node:http";
import { sendJson } from "../http/send-json.ts";
import { type GraphErrorName, graphErrors } from "./graph-errors.ts";

/** What one request is answered with; inside a batch it is a part of that answer. */
export interface GraphAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** An object goes out as JSON, bytes as they are. */
  readonly body?: object;
}

/** A refusal in Graph's shape. */
export const refused = (name: GraphErrorName): GraphAnswer => ({
  status: graphErrors.statusOf(name),
  body: graphErrors.body(name),
});

/** Sends an answer out. */
export function sendAnswer(response: ServerResponse, { status, headers = {}, body }: GraphAnswer): void {
  const all = { "request-id": crypto.randomUUID(), ...headers };
  if (body && !Buffer.isBuffer(body)) {
    sendJson(response, status, body, all);
    return;
  }
  response.writeHead(status, {
    ...(body ? { "content-type": "text/plain" } : {}),
    ...(status === 204 ? {} : { "content-length": body?.length ?? 0 }),
    ...all,
  });
  response.end(body);
}
