import { type IncomingMessage, type RequestOptions, request } from "node:http";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

/** Answers of a healthy engine take milliseconds, on a machine that is busy seconds. */
const PATIENCE_MS = 20_000;

/** How a question is asked. */
export interface DockerQuestion {
  readonly body?: Readable;
  /** Silence after which there will be no answer. */
  readonly patienceMs?: number;
}

/**
 * Asks Docker's API at `unix:///…` or `tcp://…`, and answers with the text. Throws a sentence: where the socket is, and
 * what it or the engine said.
 */
export async function docker(
  host: string,
  method: "GET" | "POST" | "DELETE",
  path: string,
  { body, patienceMs = PATIENCE_MS }: DockerQuestion = {},
): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const headers = body && { "content-type": "application/x-tar" };
  const asked = request({ ...placeOf(host), method, path, ...(headers && { headers }), agent: false }, resolve);
  asked.setTimeout(patienceMs, () => asked.destroy(new Error(`no answer within ${patienceMs / 1000} s`)));
  asked.on("error", reject);
  try {
    if (body) void pipeline(body, asked).catch(reject);
    else asked.end();
    const answer = await promise;
    let text = "";
    for await (const some of answer.setEncoding("utf8")) text += some;
    if ((answer.statusCode ?? 500) >= 400) throw new Error(messageIn(text) ?? `status ${answer.statusCode}`);
    return text;
  } catch (error) {
    throw new Error(`the container engine at ${host}: ${(error as Error).message}`, { cause: error });
  }
}

/** Text of a failure: Docker answers `{"message": …}`. */
function messageIn(text: string): string | undefined {
  try {
    return JSON.parse(text).message;
  } catch {
    return text.trim() || undefined;
  }
}

function placeOf(host: string): RequestOptions {
  const { protocol, hostname, port, pathname } = new URL(host);
  if (protocol === "unix:") return { socketPath: pathname };
  if (protocol === "tcp:" || protocol === "http:") return { host: hostname, port: port || 2375 };
  throw new Error(`DOCKER_HOST ${host} is neither unix:// nor tcp://`);
}
