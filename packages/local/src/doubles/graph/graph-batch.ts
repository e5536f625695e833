import { type GraphAnswer, refused } from "./graph-answer.ts";

/** One request of a batch, or one of its own. */
export interface GraphAsked {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

const mostRequests = 20;

/** `POST $batch`: its requests are answered one after the other, each as if it had come alone (Graph: JSON batching). */
export function answerBatch(body: Buffer, version: string, answer: (asked: GraphAsked) => GraphAnswer): GraphAnswer {
  const requests = batchRequests(body);
  if (!requests || requests.length > mostRequests) return refused("RequestBodyRead");
  const responses = [];
  for (const { id, method, url, headers = {}, body: given } of requests) {
    const lower = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
    const bytes = typeof given === "string" ? Buffer.from(given) : Buffer.from(given ? JSON.stringify(given) : "");
    const asked = {
      method: method.toUpperCase(),
      url: `/${version}/${url.replace(/^\//, "")}`,
      headers: lower,
      body: bytes,
    };
    const one = answer(asked);
    const shown = Buffer.isBuffer(one.body) ? one.body.toString("base64") : one.body;
    responses.push({ id, status: one.status, headers: one.headers ?? {}, body: shown });
  }
  return { status: 200, body: { responses } };
}

interface BatchRequest {
  readonly id: string;
  readonly method: string;
  readonly url: string;
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
}

function batchRequests(body: Buffer): BatchRequest[] | null {
  try {
    const { requests } = JSON.parse(body.toString()) as { requests?: BatchRequest[] };
    const isRequest = (one: BatchRequest) => Boolean(one.id && one.method && typeof one.url === "string");
    return Array.isArray(requests) && requests.every(isRequest) ? requests : null;
  } catch {
    return null;
  }
}
