import { decodeSegment } from "../http/decode-segment.ts";
import type { TokenMeaning } from "../oauth/requests-and-tokens.ts";
import type { ApiCall } from "./api-call.ts";
import { type ApiAnswer, apiError } from "./api-errors.ts";
import type { GmailMailbox } from "./mailbox.ts";
import { getLabel, getMessage, getProfile, listHistory, listLabels, listMessages } from "./reading.ts";
import { type SendingState, sendJsonMessage } from "./sending.ts";
import { type UploadSessions, uploadMessage } from "./uploading.ts";

/** What the API works on. */
export interface GmailState extends SendingState {
  readonly mailboxes: ReadonlyMap<string, GmailMailbox>;
  readonly uploads: UploadSessions;
  apiIsOff: boolean;
  introspect(token: string): TokenMeaning | null;
}

interface Method {
  readonly verb: string;
  readonly path: RegExp;
  readonly scopes: ReadonlySet<string>;
  answer(mailbox: GmailMailbox, call: ApiCall, state: GmailState, id: string): ApiAnswer;
}

const scopes = (...names: string[]): ReadonlySet<string> =>
  new Set(["https://mail.google.com/", ...names.map((name) => `https://www.googleapis.com/auth/gmail.${name}`)]);
const reading = scopes("modify", "readonly", "metadata");
const sending = scopes("modify", "compose", "send");

/** The methods that the double knows, below `/gmail/v1/users/{userId}`. */
const methods: readonly Method[] = [
  {
    ...{ verb: "GET", path: /^\/messages\/([^/]+)$/, scopes: reading },
    answer: (mailbox, { url }, _state, id) => getMessage(mailbox, id, url.searchParams),
  },
  {
    ...{ verb: "GET", path: /^\/messages$/, scopes: reading },
    answer: (mailbox, { url }) => listMessages(mailbox, url.searchParams),
  },
  {
    ...{ verb: "GET", path: /^\/history$/, scopes: reading },
    answer: (mailbox, { url }) => listHistory(mailbox, url.searchParams),
  },
  {
    ...{ verb: "POST", path: /^\/messages\/send$/, scopes: sending },
    answer: (mailbox, call, state) =>
      call.url.pathname.startsWith("/upload/")
        ? uploadMessage(mailbox, call, state, state.uploads)
        : sendJsonMessage(mailbox, call.body, state),
  },
  {
    ...{ verb: "PUT", path: /^\/messages\/send$/, scopes: sending },
    answer: (mailbox, call, state) => uploadMessage(mailbox, call, state, state.uploads),
  },
  {
    ...{ verb: "GET", path: /^\/profile$/, scopes: scopes("modify", "readonly", "compose", "metadata") },
    answer: (mailbox) => getProfile(mailbox),
  },
  {
    ...{ verb: "GET", path: /^\/labels$/, scopes: scopes("modify", "readonly", "labels", "metadata") },
    answer: () => listLabels(),
  },
  {
    ...{ verb: "GET", path: /^\/labels\/([^/]+)$/, scopes: scopes("modify", "readonly", "labels", "metadata") },
    answer: (mailbox, _call, _state, id) => getLabel(mailbox, id),
  },
];

const metadataScope = "https://www.googleapis.com/auth/gmail.metadata";
const bearer = { "www-authenticate": 'Bearer realm="https://accounts.google.com/"' };
const insufficient = {
  "www-authenticate": 'Bearer realm="https://accounts.google.com/", error="insufficient_scope"',
};

/** Answers one call: who asks, whether they may, what they ask for. */
export function answerCall(call: ApiCall, state: GmailState): ApiAnswer {
  const [, userId = "", rest = ""] = /^(?:\/upload)?\/gmail\/v1\/users\/([^/]+)(\/.*)$/.exec(call.url.pathname) ?? [];
  const matching = methods.filter(({ path }) => path.test(rest));
  if (matching.length === 0) return apiError("notFound");
  const method = matching.find(({ verb }) => verb === call.method);
  if (!method) return apiError("methodNotAllowed");

  const token = /^Bearer (\S+)$/i.exec(call.headers.authorization ?? "")?.[1];
  if (token === undefined) return apiError("required", undefined, bearer);
  const meaning = state.introspect(token);
  if (!meaning) return apiError("authError", undefined, bearer);
  if (state.apiIsOff) return apiError("accessNotConfigured");
  const held = meaning.scopes.filter((scope) => method.scopes.has(scope));
  if (held.length === 0) return apiError("insufficientPermissions", undefined, insufficient);
  if (held.every((scope) => scope === metadataScope) && readsBodies(rest, call.url.searchParams)) {
    return apiError("insufficientPermissions", "Metadata scope does not support 'q' parameter or formats FULL and RAW");
  }
  const account = meaning.account.toLowerCase();
  const wanted = decodeSegment(userId).toLowerCase();
  if (wanted !== "me" && wanted !== account) {
    return apiError("delegationDenied", `Delegation denied for ${meaning.account}`);
  }
  const mailbox = state.mailboxes.get(account);
  if (!mailbox) return apiError("failedPrecondition");
  return method.answer(mailbox, call, state, method.path.exec(rest)?.[1] ?? "");
}

function readsBodies(rest: string, parameters: URLSearchParams): boolean {
  if (rest === "/messages") return parameters.has("q");
  if (!rest.startsWith("/messages/")) return false;
  return ["raw", "full"].includes((parameters.get("format") ?? "full").toLowerCase());
}
