import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { main } from "../main.ts";
import type { Terminal } from "../terminal.ts";

/** One request as the double saw it. */
export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage["headers"];
  readonly body: unknown;
}

type Answer = { status?: number; body?: unknown } | ((seen: Seen, response: ServerResponse) => void);

/** An HTTP server that answers as it is told, in place of the console. */
export interface ApiDouble {
  readonly url: string;
  readonly seen: Seen[];
  /** `METHOD /path` below `/api/v1`; the latest word counts. */
  on(route: string, answer: Answer): void;
  stop(): Promise<void>;
}

export async function startApiDouble(): Promise<ApiDouble> {
  const answers = new Map<string, Answer>();
  const seen: Seen[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString("utf8");
    const url = new URL(request.url ?? "/", "http://double");
    const path = url.pathname.replace("/api/v1", "");
    const json = request.headers["content-type"] === "application/json";
    const one: Seen = {
      method: request.method ?? "",
      path,
      query: url.searchParams,
      headers: request.headers,
      body: json ? JSON.parse(text) : text,
    };
    seen.push(one);
    const answer = answers.get(`${one.method} ${path}`);
    if (typeof answer === "function") return answer(one, response);
    const { status, body } = answer ?? {
      status: 404,
      body: { code: "NOT_FOUND", detail: "There is nothing at this path.", remedy: "Check the id." },
    };
    response.writeHead(status ?? 200, { "content-type": "application/json" });
    response.end(body === undefined ? undefined : JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    on: (route, answer) => void answers.set(route, answer),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Runs a command against an address and gives what it printed. */
export async function run(
  url: string,
  args: readonly string[],
  options: {
    input?: string;
    secret?: string;
    answer?: string;
    localFolder?: string;
    cells?: number;
    env?: Record<string, string>;
    interrupted?: AbortSignal;
  } = {},
): Promise<{ code: number; out: string; err: string }> {
  const printed = { out: [] as string[], err: [] as string[] };
  const terminal: Terminal = {
    out: (text) => void printed.out.push(text),
    err: (text) => void printed.err.push(text),
    write: async (bytes) => void printed.out.push(Buffer.from(bytes).toString("utf8")),
    readInput: async () => Buffer.from(options.input ?? ""),
    askSecret: async () => options.secret ?? "",
    ask: async () => options.answer ?? null,
    cells: options.cells,
    env: options.env ?? { MAILFLEET_URL: url, MAILFLEET_TOKEN: "mft_test" },
    localFolder: options.localFolder ?? "/nonexistent",
    interrupted: options.interrupted ?? new AbortController().signal,
  };
  const code = await main(args, terminal);
  return { code, out: printed.out.join("\n"), err: printed.err.join("\n") };
}
