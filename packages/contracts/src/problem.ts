import { z } from "zod";

/** Why a command or a query was refused. The status is the one the HTTP API answers with (RFC 9110). */
export const problemCodes = {
  INVALID: { status: 400, title: "The request is not valid" },
  UNAUTHENTICATED: { status: 401, title: "A valid bearer token is needed" },
  FORBIDDEN: { status: 403, title: "This token may not do that" },
  NOT_FOUND: { status: 404, title: "It does not exist" },
  ALREADY_EXISTS: { status: 409, title: "It already exists" },
  NOT_POSSIBLE_NOW: { status: 409, title: "Not possible in the present state" },
  CONFLICT: { status: 409, title: "Too many changes at the same time" },
  COMMAND_ID_REUSED: { status: 409, title: "This Idempotency-Key was used for another command" },
  ADDRESS_NOT_AS_SEEN: { status: 409, title: "The address is no longer the one that was approved" },
  CODE_NOT_GOOD: { status: 409, title: "The code is wrong or no longer good" },
  SECRET_NEEDED_AGAIN: { status: 409, title: "The stored secret was entered for another server" },
  IN_USE: { status: 409, title: "It is still in use" },
  STALE_VERSION: { status: 412, title: "It has changed since you read it" },
  AUTOMATIC_LOOP: { status: 409, title: "An automatic answer would go round and round" },
  TOO_LARGE: { status: 413, title: "The body is too large" },
  TOO_MANY: { status: 429, title: "Too many at once" },
  PORT_NOT_ALLOWED: { status: 409, title: "The organisation does not allow connections to this port" },
  PROFILE_FULL: { status: 409, title: "The profile already has as many mailboxes as it may" },
  MAILBOX_NOT_ADDRESSED: { status: 409, title: "Two mailboxes would read the same inbox" },
  ACCOUNT_NOT_THE_MAILBOX: { status: 409, title: "The account that signed in is not the mailbox" },
  SIGN_IN_REFUSED: { status: 409, title: "The sign-in was not completed" },
  STATE_UNKNOWN: { status: 409, title: "This sign-in did not begin here" },
  STATE_EXPIRED: { status: 409, title: "The sign-in took too long" },
  STATE_REPLAYED: { status: 409, title: "This sign-in has already been completed" },
  REDIRECT_FROM_ANOTHER_BROWSER: { status: 409, title: "The sign-in began in another browser" },
  REDIRECT_FROM_ANOTHER_ORIGIN: { status: 409, title: "The sign-in came back from another authorization server" },
  KEY_UNREADABLE: { status: 400, title: "The key file is truncated or not JSON" },
  KEY_OF_ANOTHER_KIND: { status: 400, title: "The file is not the key of a service account" },
  KEY_OF_ANOTHER_PROJECT: { status: 400, title: "The key belongs to another project" },
  KEY_WITHOUT_CLIENT_EMAIL: { status: 400, title: "The key has no client e-mail" },
  CERTIFICATE_UNUSABLE: { status: 400, title: "The certificate or its key cannot be used" },
  TENANT_INVALID: { status: 400, title: "The tenant is neither a directory id nor a domain" },
  URL_NOT_ALLOWED: { status: 400, title: "This URL may not be used" },
  PLAIN_HTTP: { status: 403, title: "Secrets are not accepted over plain HTTP" },
  INTERNAL: { status: 500, title: "Mailfleet failed" },
  UNAVAILABLE: { status: 503, title: "A service of Mailfleet does not answer" },
} as const;
export type ProblemCode = keyof typeof problemCodes;

/** The answer to a refused request. The console turns it into RFC 9457 problem details. */
export const Problem = z.object({
  code: z.enum(Object.keys(problemCodes) as [ProblemCode, ...ProblemCode[]]),
  detail: z.string(),
  /** What to do now. */
  remedy: z.string().optional(),
  /** One entry per field: JSON pointer and reason, e.g. `/inbound/port must be 1 to 65535`. */
  errors: z.array(z.object({ pointer: z.string(), reason: z.string() })).optional(),
});
export type Problem = z.infer<typeof Problem>;

/** A refusal that a handler throws. The caller gets it as the answer. */
export class ProblemError extends Error {
  readonly problem: Problem;
  constructor(code: ProblemCode, detail: string, more: Omit<Problem, "code" | "detail"> = {}) {
    super(detail);
    this.name = "ProblemError";
    this.problem = { code, detail, ...more };
  }
}

/** Rules of single fields that have their own problem code. */
export const fieldRules = {
  tenant: "must be a directory id (GUID) or a domain",
  url: "must be an https URL",
  urlParts: "must have no user name, password, query or fragment",
} as const;

const namedRules: Readonly<Record<string, { code: ProblemCode; remedy: string }>> = {
  [fieldRules.tenant]: {
    code: "TENANT_INVALID",
    remedy: "Copy the directory (tenant) id or the primary domain from the overview page of Microsoft Entra.",
  },
  [fieldRules.url]: { code: "URL_NOT_ALLOWED", remedy: "Enter the https address of the provider's endpoint." },
  [fieldRules.urlParts]: {
    code: "URL_NOT_ALLOWED",
    remedy: "Enter the bare address of the endpoint. Secrets have their own fields.",
  },
};

/** Turns zod's issues into pointers and reasons. Unknown fields are named one by one. */
export function invalid(error: z.ZodError, what = "The request is not valid"): ProblemError {
  const errors = error.issues.flatMap((issue) => {
    const at = issue.path.map((part) => `/${String(part)}`).join("");
    return issue.code === "unrecognized_keys"
      ? issue.keys.map((key) => ({ pointer: `${at}/${key}`, reason: "is not a known field" }))
      : [{ pointer: at || "/", reason: issue.message }];
  });
  const summary = errors.map((e) => `${e.pointer} ${e.reason}`).join("; ");
  const named = errors.length === 1 ? namedRules[errors[0]?.reason ?? ""] : undefined;
  if (named) return new ProblemError(named.code, `${what}: ${summary}`, { errors, remedy: named.remedy });
  return new ProblemError("INVALID", `${what}: ${summary}`, { errors });
}
