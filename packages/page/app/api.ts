import { signal } from "@preact/signals";

/** A refusal of the API: what happened and what to do, in its words. */
export class Refusal extends Error {
  readonly code: string;
  readonly remedy: string | undefined;
  readonly correlation: string | undefined;
  constructor({ code, title, detail, remedy, correlation }: Partial<Record<string, string>>) {
    super(detail ?? title ?? "The console does not answer.");
    this.code = code ?? "UNAVAILABLE";
    this.remedy = remedy;
    this.correlation = correlation;
  }
}

/** A page of a list. */
export interface Paged<Item> {
  readonly items: readonly Item[];
  readonly next: string | null;
}

/** Counts up when the session turns out to be over. */
export const sessionLost = signal(0);

const instantNames = /(?:^at|At|^until|^processFrom|Since)$/;
const instantText = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/;

/** Points in time travel as ISO 8601; inside the page they are milliseconds, as contracts declare them. */
export function fromJson(text: string): unknown {
  return JSON.parse(text, (name, value) =>
    typeof value === "string" && instantNames.test(name) && instantText.test(value) ? Date.parse(value) : value,
  );
}

/** Asks the API. @throws Refusal */
export async function ask<Answer>(
  method: "GET" | "POST" | "PATCH" | "PUT" | "DELETE",
  path: string,
  { body, csv, signal: stop, at = "/api/v1" }: { body?: unknown; csv?: Blob; signal?: AbortSignal; at?: string } = {},
): Promise<Answer> {
  const response = await fetch(`${at}${path}`, {
    method,
    ...(stop ? { signal: stop } : {}),
    headers: {
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...(csv ? { "content-type": "text/csv" } : {}),
      ...(method === "GET" ? {} : { "idempotency-key": crypto.randomUUID() }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(csv ? { body: csv } : {}),
  }).catch((error: Error) => {
    if (stop?.aborted) throw error;
    throw new Refusal({ detail: "The console does not answer.", remedy: "Check the network, then try again." });
  });
  const text = await response.text();
  const isJson = response.headers.get("content-type")?.includes("json");
  if (!response.ok) {
    const problem = isJson ? JSON.parse(text) : { detail: `The console answers ${response.status}.` };
    if (response.status === 401 && at !== "/admin") sessionLost.value += 1;
    throw new Refusal(problem);
  }
  return (text === "" ? undefined : fromJson(text)) as Answer;
}

/** Reads from the API. @throws Refusal */
export const read = <Answer>(path: string, stop?: AbortSignal): Promise<Answer> =>
  ask<Answer>("GET", path, stop ? { signal: stop } : {});

/** The path of a list with its query; what is empty is left out. */
export function listPath(path: string, query: Readonly<Record<string, string | number | undefined>>): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== "");
  return `${path}?${new URLSearchParams(given.map(([name, value]) => [name, String(value)]))}`;
}
