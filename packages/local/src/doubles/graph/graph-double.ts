import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import { remember } from "../http/bounded-log.ts";
import type { Certificate } from "../http/certificate.ts";
import { decodeSegment } from "../http/decode-segment.ts";
import { listen } from "../http/listen.ts";
import { readBody } from "../http/read-body.ts";
import { playTrouble, type Trouble, waitingTroubles } from "../http/trouble.ts";
import type { TokenMeaning } from "../oauth/requests-and-tokens.ts";
import { type GraphAnswer, refused, sendAnswer } from "./graph-answer.ts";
import { answerBatch, type GraphAsked } from "./graph-batch.ts";
import { wantsImmutable } from "./graph-call.ts";
import { graphErrors } from "./graph-errors.ts";
import { type GraphMail, withoutBcc } from "./graph-mail.ts";
import { type GraphMailbox, graphMailbox } from "./graph-mailbox.ts";
import { graphOperations } from "./graph-operations.ts";
import { graphUploads } from "./graph-uploads.ts";

/** A request that the double was sent, without what it carried. */
export interface GraphRequest {
  readonly method: string;
  readonly path: string;
  /** 0: no answer, or not the whole of it. */
  readonly status: number;
}

/**
 * Mail of Microsoft Graph over HTTP, with Graph's own refusals: folders, delta queries, MIME, drafts with files in upload
 * sessions, `sendMail`, `$batch`, and what the directory says of an account. What is sent is filed among the sent mail and
 * arrives at those recipients whose mailboxes the double has.
 */
export interface GraphDouble {
  /** Takes the place of `https://graph.microsoft.com`. */
  readonly url: string;
  /** Adds a mailbox; harmless twice. */
  addMailbox(address: string): GraphMailbox;
  /** Applications may act only for these mailboxes, as an access policy of Exchange Online says; `null`: for all. */
  limitScope(addresses: readonly string[] | null): void;
  /** What an administrator has consented to for applications, such as `Mail.Read`; `null`: everything. */
  limitPermissions(permissions: readonly string[] | null): void;
  /** What was taken, oldest first. */
  readonly sent: readonly GraphMail[];
  /** Uploads that were begun and not finished. */
  readonly openUploads: number;
  /** The URLs of uploads that were given out until now are no longer known. */
  expireUploads(): void;
  failNext(trouble: Trouble): void;
  /** The newest requests, without tokens and bodies. */
  readonly requests: readonly GraphRequest[];
  stop(): Promise<void>;
}

export interface GraphDoubleOptions {
  /** A free one if absent. */
  readonly port?: number;
  /** Says what a bearer token is good for. */
  readonly oauth: { introspect(token: string): TokenMeaning | null };
  readonly certificate?: Certificate;
  /** How long an answer takes, so that requests that could meet do; none if absent. */
  readonly latencyMs?: number;
  readonly mailboxes?: readonly string[];
}

/** A request may have 4 MB. */
const largestBody = 4 * 1024 * 1024;
/** More requests at once for one mailbox are refused. */
const mostAtOnce = 4;
/** What an application's token names: everything that was consented to for it. */
const everything = "https://graph.microsoft.com/.default";

/** Starts the double on a loopback port. */
export async function startGraphDouble(options: GraphDoubleOptions): Promise<GraphDouble> {
  const mailboxes = new Map<string, GraphMailbox>();
  const addMailbox = (address: string) => {
    const known = mailboxes.get(address.toLowerCase()) ?? graphMailbox();
    mailboxes.set(address.toLowerCase(), known);
    return known;
  };
  for (const address of options.mailboxes ?? []) addMailbox(address);
  let scope: ReadonlySet<string> | null = null;
  let permissions: readonly string[] | null = null;
  const sent: GraphMail[] = [];
  const requests: GraphRequest[] = [];
  const troubles = waitingTroubles();
  const uploads = graphUploads();
  const operations = graphOperations(uploads);

  function deliver(mail: GraphMail, raw: Buffer): void {
    sent.push(mail);
    const arriving = withoutBcc(raw);
    for (const to of new Set(mail.to.map((one) => one.toLowerCase()))) mailboxes.get(to)?.add(arriving);
  }

  const allows = ({ scopes, roles }: TokenMeaning, needed: readonly string[]) =>
    needed.some(
      (one) =>
        scopes.some((scope) => scope === one || scope === `https://graph.microsoft.com/${one}`) ||
        (scopes.includes(everything) && (permissions?.includes(one) ?? true) && (roles?.includes(one) ?? true)),
    );

  /** `until`: calls back when the answer is out. */
  function answer({ method, url, headers, body }: GraphAsked, until: (done: () => void) => void): GraphAnswer {
    const { pathname, searchParams: query } = new URL(url, "http://graph");
    const user = /^\/(?:v1\.0|beta)\/(?:users\/([^/]+)|me)(?:\/(.*))?$/i.exec(pathname);
    const meaning = options.oauth.introspect(headers.authorization?.replace(/^Bearer +/i, "") ?? "");
    if (!meaning) return refused("InvalidAuthenticationToken");
    if (!user) return refused("ResourceNotFound");
    const below = user[2] ?? "";
    const asked = operations.find((one) => one.method === method && one.path.test(below));
    if (!asked) return refused("ResourceNotFound");
    const ofDirectory = below === "";
    if (!allows(meaning, asked.permissions))
      return refused(ofDirectory ? "Authorization_RequestDenied" : "ErrorAccessDenied");
    if (user[1] === undefined && !meaning.account) return refused("BadRequest");
    const address = user[1] === undefined ? meaning.account : decodeSegment(user[1]);
    // A user's token acts as that user only; an application's as everybody in its scope.
    if (meaning.account && meaning.account.toLowerCase() !== address.toLowerCase()) return refused("ErrorAccessDenied");
    const mailbox = mailboxes.get(address.toLowerCase());
    if (!mailbox) return refused(ofDirectory ? "Request_ResourceNotFound" : "ErrorInvalidUser");
    const isOutside = !meaning.account && scope && !scope.has(address.toLowerCase());
    if (isOutside && !ofDirectory) return refused("ErrorAccessDenied");
    if (!mailbox.account.served && !ofDirectory) return refused("MailboxNotEnabledForRESTAPI");
    mailbox.atOnce += 1;
    mailbox.mostAtOnce = Math.max(mailbox.mostAtOnce, mailbox.atOnce);
    until(() => {
      mailbox.atOnce -= 1;
    });
    if (mailbox.atOnce > mostAtOnce) return refused("ApplicationThrottled");
    const prefer = headers.prefer ?? "";
    const call = {
      ...{ origin: server.origin, address, mailbox, path: below, query, prefer, body, deliver },
      contentType: headers["content-type"] ?? "",
    };
    const parts = (asked.path.exec(below) ?? []).slice(1).map((part) => decodeSegment(part));
    const answered = asked.answer(call, parts);
    if (!wantsImmutable(call)) return answered;
    return { ...answered, headers: { ...answered.headers, "preference-applied": 'IdType="ImmutableId"' } };
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = request.url ?? "/";
    const path = new URL(url, "http://graph").pathname;
    const method = request.method ?? "GET";
    response.once("close", () =>
      remember(requests, { method, path, status: response.writableFinished ? response.statusCode : 0 }),
    );
    const body = await readBody(request, largestBody);
    const trouble = troubles.take(path);
    const usual = (status: number) => graphErrors.body(graphErrors.nameOf(status));
    if (trouble && (await playTrouble(trouble, response, usual))) return;
    if (!body) return sendAnswer(response, refused("RequestTooLarge"));
    const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
    const range = headers["content-range"] ?? "";
    const uploaded = uploads.serve({ method, url, range, signed: headers.authorization !== undefined, body });
    if (uploaded) return sendAnswer(response, uploaded);
    const version = /^\/(v1\.0|beta)\/\$batch$/i.exec(path)?.[1];
    const whenClosed = (done: () => void) => void response.once("close", done);
    if (!version || method !== "POST") {
      const one = answer({ method, url, headers, body }, whenClosed);
      if (options.latencyMs) await wait(options.latencyMs);
      return sendAnswer(response, one);
    }
    const { authorization = "" } = headers;
    const inBatch = (asked: GraphAsked) => {
      const done: (() => void)[] = [];
      const one = answer({ ...asked, headers: { authorization, ...asked.headers } }, (end) => void done.push(end));
      for (const end of done) end();
      return one;
    };
    sendAnswer(response, answerBatch(body, version, inBatch));
  }

  const server = await listen(
    (request, response) => {
      serve(request, response).catch(() => response.destroy());
    },
    options.certificate,
    options.port,
  );
  return {
    url: server.origin,
    addMailbox,
    limitScope: (addresses) => {
      scope = addresses && new Set(addresses.map((address) => address.toLowerCase()));
    },
    limitPermissions: (given) => {
      permissions = given;
    },
    sent,
    get openUploads() {
      return uploads.open;
    },
    expireUploads: uploads.expire,
    failNext: troubles.add,
    requests,
    stop: server.stop,
  };
}
