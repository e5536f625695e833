import { replyBeginning } from "@mailfleet/connector-api";
import { type Evidence, FailureError, failureOf, redactSecrets } from "@mailfleet/contracts";
import { withoutTags } from "@mailfleet/http";
import { errorRules } from "./error-rules.ts";

/** How much of an answer is read for its words. */
const READ = 16 * 1024;

/** An answer that is not 2xx. */
export interface Refusal {
  readonly status: number;
  /** The body as text, cut. */
  readonly body: string;
  readonly retryAfterMs: number | undefined;
}

/** What a refusal means. `token` is removed from the server's words, in case it repeats it. */
export function refusedError(refusal: Refusal, evidence: Evidence, token: string): FailureError {
  const said = readGraphError(refusal.body);
  const words = said ? `${said.code}: ${said.message}` : plainText(refusal.body);
  const reply = redactSecrets(oneLine(`${refusal.status} ${words}`), [token]);
  // An answer in another form comes from another server, or from a proxy in front of it.
  if (!said && refusal.status >= 300 && refusal.status < 500 && ![401, 408, 413, 429].includes(refusal.status))
    return new FailureError(failureOf("NOT_THIS_PROTOCOL", { ...evidence, reply }));
  const line = replyBeginning(`${refusal.status} ${said ? `${said.code}: ${said.message}` : ""}`);
  const code = errorRules.find(({ pattern }) => pattern.test(line))?.code ?? "UNCLASSIFIED";
  return new FailureError(failureOf(code, { ...evidence, reply }, refusal.retryAfterMs));
}

/** `{"error":{"code","message","innerError":{"code"}}}`, with the codes of both; `null`: not of this shape. */
function readGraphError(body: string): { code: string; message: string } | null {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return null;
  }
  const error = fieldOf(value, "error");
  const code = fieldOf(error, "code");
  if (typeof code !== "string") return null;
  const inner = fieldOf(fieldOf(error, "innerError"), "code");
  const message = fieldOf(error, "message");
  return {
    code: [code, inner].filter((part) => typeof part === "string").join(" "),
    message: typeof message === "string" ? message : "",
  };
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

/** A proxy's page without its tags. */
function plainText(body: string): string {
  return withoutTags(body.slice(0, READ));
}

function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\s]+/gu, " ").trim();
}
