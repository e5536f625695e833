import { randomUUID } from "node:crypto";
import { ApiError, NotReachable } from "./api-error.ts";
import { mayHaveArrived, wasClosed } from "./reach.ts";
import { type ApiEvent, readEvents } from "./read-events.ts";
import type { RequestOptions } from "./request-options.ts";
import type { Answered, AnyGiven, Given, ItemOf, ListName, OperationName, Paged } from "./typed.ts";

/** What to follow. */
export interface FollowQuery {
  /** Id or address. */
  readonly mailbox?: string;
  /** Message types such as `run.step.v1`. */
  readonly types?: readonly string[];
  /** `id` of the last event seen: continues after it. */
  readonly lastEventId?: string;
}

/** An open live view: it shows everything that happens from now on. */
export interface Following extends AsyncIterable<ApiEvent> {
  stop(): void;
}

const defaultTimeoutMs = 60_000;
/** A person who waits longer than this hears that the request is still under way. */
const slowAfterMs = 8000;
/** Refusals after which another attempt with the same idempotency key may work. */
const passing = new Set([429, 503]);

/** Where the API is, and who asks. */
export interface ApiClientOptions {
  /** Address of the console, with or without `/api/v1`. */
  readonly url: string;
  readonly token: string;
  /** Told once for a request that takes longer than this many seconds: 8, or `slowAfterMs`. */
  readonly onSlow?: (seconds: number) => void;
  readonly slowAfterMs?: number;
}

/**
 * A client of the HTTP API. Answers are the JSON of the API: points in time are ISO 8601 text. Throws `ApiError` for a
 * refusal and `NotReachable` if nobody answers.
 */
export class ApiClient {
  readonly url: string;
  readonly #token: string;
  readonly #onSlow: (seconds: number) => void;
  readonly #slowAfterMs: number;

  constructor(options: ApiClientOptions) {
    this.url = options.url.replace(/(\/api\/v1)?\/*$/, "");
    this.#token = options.token;
    this.#onSlow = options.onSlow ?? (() => {});
    this.#slowAfterMs = options.slowAfterMs ?? slowAfterMs;
  }

  /** Calls one operation, named by method and path as in the reference of the API; types say what it takes and answers. */
  ask<Name extends OperationName>(name: Name, ...[given]: Given<Name>): Promise<Answered<Name>> {
    const { path = {}, body, ...options } = (given ?? {}) as AnyGiven;
    const [method = "", pattern = ""] = name.split(" ");
    const filled = pattern.replace(/\{(\w+)\}/g, (_, part: string) => encodeURIComponent(path[part] ?? ""));
    return this.#json<Answered<Name>>(method, filled, body, options);
  }

  /** Every item of a list, page after page. */
  async *each<Name extends ListName>(name: Name, ...[given]: Given<Name>): AsyncGenerator<ItemOf<Name>> {
    let cursor: string | undefined;
    do {
      const { query, ...more } = (given ?? {}) as AnyGiven;
      const page = (await this.ask(name, ...([{ ...more, query: { ...query, cursor } }] as never))) as Paged<
        ItemOf<Name>
      >;
      yield* page.items;
      cursor = page.next ?? undefined;
    } while (cursor !== undefined);
  }

  get<Answer = unknown>(path: string, options?: RequestOptions): Promise<Answer> {
    return this.#json<Answer>("GET", path, undefined, options);
  }
  post<Answer = unknown>(path: string, body?: unknown, options?: RequestOptions): Promise<Answer> {
    return this.#json<Answer>("POST", path, body, options);
  }
  put<Answer = unknown>(path: string, body: unknown, options?: RequestOptions): Promise<Answer> {
    return this.#json<Answer>("PUT", path, body, options);
  }
  patch<Answer = unknown>(path: string, body: unknown, options?: RequestOptions): Promise<Answer> {
    return this.#json<Answer>("PATCH", path, body, options);
  }
  delete<Answer = unknown>(path: string, options?: RequestOptions): Promise<Answer> {
    return this.#json<Answer>("DELETE", path, undefined, options);
  }

  /** All items of a list, page by page; at most `maximum`. */
  async list<Item = unknown>(path: string, query: RequestOptions["query"] = {}, maximum = 10_000): Promise<Item[]> {
    const items: Item[] = [];
    let cursor: string | undefined;
    do {
      const limit = Math.min(500, maximum - items.length);
      const page = await this.get<{ items: Item[]; next: string | null }>(path, { query: { ...query, limit, cursor } });
      items.push(...page.items);
      cursor = page.next ?? undefined;
    } while (cursor !== undefined && items.length < maximum);
    return items;
  }

  /** A download, streamed, e.g. the raw bytes of a message. */
  async download(path: string, options: RequestOptions = {}): Promise<ReadableStream<Uint8Array>> {
    const response = await this.#fetch("GET", path, undefined, options);
    return response.body ?? new ReadableStream();
  }

  /** Sends a ready-made message (RFC 5322) unchanged. */
  async sendRaw<Answer = unknown>(
    mailbox: string,
    to: readonly string[],
    message: Uint8Array<ArrayBuffer>,
    options: RequestOptions = {},
  ): Promise<Answer> {
    const path = `/mailboxes/${encodeURIComponent(mailbox)}/sends`;
    const headers = { ...options.headers, "content-type": "message/rfc822" };
    const response = await this.#fetch("POST", path, message, {
      ...options,
      headers,
      query: { ...options.query, to: to.join(",") },
    });
    return (await response.json()) as Answer;
  }

  /** Sends a CSV; the answer is JSON. */
  async postCsv<Answer = unknown>(
    path: string,
    csv: Uint8Array<ArrayBuffer>,
    options: RequestOptions = {},
  ): Promise<Answer> {
    const headers = { ...options.headers, "content-type": "text/csv" };
    return (await (await this.#fetch("POST", path, csv, { ...options, headers })).json()) as Answer;
  }

  /** Resolves once the view is live, so that it misses nothing that happens afterwards. */
  async follow(query: FollowQuery = {}): Promise<Following> {
    const gone = new AbortController();
    const response = await this.#fetch("GET", "/events", undefined, {
      query: { mailbox: query.mailbox, type: query.types?.join(",") },
      headers: query.lastEventId === undefined ? {} : { "last-event-id": query.lastEventId },
      signal: gone.signal,
      timeoutMs: Number.POSITIVE_INFINITY,
    });
    const events = readEvents(response.body ?? new ReadableStream());
    for (;;) {
      const first = await events.next();
      if (first.done || first.value.event === "ready") break;
    }
    return {
      stop: () => gone.abort(),
      async *[Symbol.asyncIterator]() {
        try {
          for await (const { id, data } of events)
            if (data !== "") yield { ...(JSON.parse(data) as Omit<ApiEvent, "id">), id };
        } catch (error) {
          if (!gone.signal.aborted) throw error;
        } finally {
          gone.abort();
        }
      },
    };
  }

  async #json<Answer>(method: string, path: string, body: unknown, options: RequestOptions = {}): Promise<Answer> {
    const response = await this.#fetch(method, path, body === undefined ? undefined : JSON.stringify(body), {
      ...options,
      headers: { ...(body === undefined ? {} : { "content-type": "application/json" }), ...options.headers },
    });
    const text = await response.text();
    return (text === "" ? undefined : JSON.parse(text)) as Answer;
  }

  async #fetch(
    method: string,
    path: string,
    body: string | Uint8Array<ArrayBuffer> | undefined,
    options: RequestOptions,
  ): Promise<Response> {
    const query = Object.entries(options.query ?? {}).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, String(value)] as [string, string]],
    );
    const url = `${this.url}/api/v1${path}${query.length > 0 ? `?${new URLSearchParams(query)}` : ""}`;
    const timeoutMs = options.timeoutMs ?? defaultTimeoutMs;
    const timeout = Number.isFinite(timeoutMs) ? [AbortSignal.timeout(timeoutMs)] : [];
    const signals = [...timeout, ...(options.signal ? [options.signal] : [])];
    const headers = {
      accept: "application/json, */*",
      authorization: `Bearer ${this.#token}`,
      ...(method === "GET" ? {} : { "idempotency-key": options.idempotencyKey ?? randomUUID() }),
      ...(options.ifVersion === undefined ? {} : { "if-match": `"${options.ifVersion}"` }),
      ...options.headers,
    };
    const slow = setTimeout(() => this.#onSlow(this.#slowAfterMs / 1000), this.#slowAfterMs);
    const ask = () =>
      fetch(url, {
        method,
        headers,
        ...(body === undefined ? {} : { body }),
        ...(signals.length > 0 ? { signal: AbortSignal.any(signals) } : {}),
      });
    const response = await ask()
      // The console closes connections that were kept for long. Reading twice is harmless, and a command has its key.
      .catch((error: unknown) => (wasClosed(error) ? ask() : Promise.reject(error)))
      .catch((error: unknown) => {
        throw new NotReachable(this.url, error);
      })
      .finally(() => clearTimeout(slow));
    if (response.ok) return response;
    throw await problemOf(response);
  }
}

/**
 * The live view, where the token may open one; owners may not, and look things up instead: a view without events.
 * @throws ApiError, NotReachable
 */
export async function followIfAllowed(client: ApiClient, query: FollowQuery): Promise<Following> {
  return client.follow(query).catch((error: unknown) => {
    if (error instanceof ApiError && error.status === 403)
      return { stop: () => {}, async *[Symbol.asyncIterator]() {} };
    throw error;
  });
}

/** True for a refusal that is about the moment and not about the request. */
export function isPassing(error: unknown): boolean {
  return error instanceof NotReachable || (error instanceof ApiError && passing.has(error.status));
}

/** True if nobody knows whether the request was carried out: ask again with the same idempotency key. */
export function isOfUnknownFate(error: unknown): boolean {
  return error instanceof NotReachable ? mayHaveArrived(error.cause) : error instanceof ApiError && error.status >= 500;
}

async function problemOf(response: Response): Promise<ApiError> {
  const text = await response.text();
  try {
    const problem = JSON.parse(text);
    if (typeof problem.code === "string" && typeof problem.detail === "string")
      return new ApiError(response.status, problem);
  } catch {
    // Not from Mailfleet: something in between answered.
  }
  return new ApiError(response.status, {
    code: "UNKNOWN",
    detail: `The answer was ${response.status} ${response.statusText} and did not come from Mailfleet.`,
    remedy: "Check the address of the console.",
  });
}
