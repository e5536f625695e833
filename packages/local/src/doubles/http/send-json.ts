import type { ServerResponse } from "node:http";

/** Answers with JSON. */
export function sendJson(
  response: ServerResponse,
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  const text = Buffer.from(JSON.stringify(value));
  response.writeHead(status, {
    "content-type": "application/json; charset=UTF-8",
    "content-length": text.length,
    ...headers,
  });
  response.end(text);
}
