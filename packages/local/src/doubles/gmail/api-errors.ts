/** An answer of the API before it becomes bytes. */
export interface ApiAnswer {
  readonly status: number;
  /** JSON text, or nothing. */
  readonly body: Buffer;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Everything that Gmail refuses with, by the reason it gives. */
export type ApiErrorReason = keyof typeof apiErrors;

interface ApiErrorForm {
  readonly status: number;
  readonly rpc: string;
  readonly domain: "global" | "usageLimits";
  readonly message: string;
}

const usage = (status: number, message: string): ApiErrorForm => ({
  ...{ status, message, domain: "usageLimits" },
  rpc: status === 429 ? "RESOURCE_EXHAUSTED" : "PERMISSION_DENIED",
});
const bad = (message: string): ApiErrorForm => ({ status: 400, rpc: "INVALID_ARGUMENT", domain: "global", message });

/** Status, words and domain by reason (Gmail API guide "Resolve errors"). */
export const apiErrors = {
  required: {
    ...{ status: 401, rpc: "UNAUTHENTICATED", domain: "global" },
    message: "Request is missing required authentication credential. Expected OAuth 2 access token.",
  },
  authError: {
    ...{ status: 401, rpc: "UNAUTHENTICATED", domain: "global" },
    message: "Request had invalid authentication credentials. Expected OAuth 2 access token.",
  },
  insufficientPermissions: {
    ...{ status: 403, rpc: "PERMISSION_DENIED", domain: "global" },
    message: "Request had insufficient authentication scopes.",
  },
  delegationDenied: {
    ...{ status: 403, rpc: "PERMISSION_DENIED", domain: "global" },
    message: "Delegation denied",
  },
  domainPolicy: {
    ...{ status: 403, rpc: "PERMISSION_DENIED", domain: "global" },
    message: "The domain administrators have disabled Gmail apps.",
  },
  accessNotConfigured: usage(
    403,
    "Gmail API has not been used in project 1234567890 before or it is disabled. Enable it in the API console, then retry. " +
      "If you enabled this API recently, wait a few minutes for the action to propagate and retry.",
  ),
  rateLimitExceeded: usage(403, "Rate Limit Exceeded"),
  userRateLimitExceeded: usage(403, "User Rate Limit Exceeded"),
  dailyLimitExceeded: usage(403, "Daily Limit Exceeded"),
  tooManyRequests: usage(429, "Too many concurrent requests for user"),
  mailSending: usage(429, "User-rate limit exceeded."),
  failedPrecondition: {
    status: 400,
    rpc: "FAILED_PRECONDITION",
    domain: "global",
    message: "Mail service not enabled",
  },
  invalidArgument: bad("Invalid argument"),
  badRequest: bad("Bad Request"),
  notFound: { status: 404, rpc: "NOT_FOUND", domain: "global", message: "Requested entity was not found." },
  methodNotAllowed: { status: 405, rpc: "UNIMPLEMENTED", domain: "global", message: "Method not allowed" },
  uploadTooLarge: { status: 413, rpc: "INVALID_ARGUMENT", domain: "global", message: "Request Entity Too Large" },
  backendError: { status: 503, rpc: "UNAVAILABLE", domain: "global", message: "The service is currently unavailable." },
  internalError: { status: 500, rpc: "INTERNAL", domain: "global", message: "Internal error encountered." },
} satisfies Readonly<Record<string, ApiErrorForm>>;

/** Reasons that Gmail writes otherwise than we name them. */
const writtenReason: Partial<Record<ApiErrorReason, string>> = {
  mailSending: "rateLimitExceeded",
  tooManyRequests: "rateLimitExceeded",
  delegationDenied: "forbidden",
};

/** The body of a refusal in Google's shape; `status` only where one reason comes with several. */
export function apiErrorBody(reason: ApiErrorReason, message?: string, status?: number): unknown {
  const form: ApiErrorForm = apiErrors[reason];
  const text = message ?? form.message;
  const written = writtenReason[reason] ?? reason;
  return {
    error: {
      code: status ?? form.status,
      message: text,
      errors: [{ message: text, domain: form.domain, reason: written }],
      status: form.rpc,
    },
  };
}

/** A refusal in Google's shape. */
export function apiError(reason: ApiErrorReason, message?: string, headers?: Record<string, string>): ApiAnswer {
  const body = Buffer.from(JSON.stringify(apiErrorBody(reason, message)));
  return { status: apiErrors[reason].status, body, ...(headers ? { headers } : {}) };
}

/** What Gmail says with a status when nothing more is known. */
export function usualReason(status: number): ApiErrorReason {
  const found = Object.entries(apiErrors).find(([, form]) => form.status === status);
  if (status === 401) return "authError";
  if (status === 403) return "userRateLimitExceeded";
  if (status === 400) return "badRequest";
  return (found?.[0] as ApiErrorReason | undefined) ?? (status >= 500 ? "backendError" : "badRequest");
}

/** A good answer. */
export function ok(value: unknown): ApiAnswer {
  return { status: 200, body: Buffer.from(JSON.stringify(value)) };
}
