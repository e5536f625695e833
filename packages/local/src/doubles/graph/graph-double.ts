import type { IncomingMessage, ServerResponse } from "node:http";
import { remember } from "../http/bounded-log.ts";
import type { Certificate } from "../http/certificate.ts";
import { decodeSegment } from "../http/decode-segment.ts";
import { listen } from "../http/listen.ts";
import { readBody } from "../http/read-body.ts";
import { sendJson } from "../http/send-json.ts";
import { playTrouble, type Trouble, waitingTroubles } from "../http/trouble.ts";
import type { TokenMeaning } from "../oauth/requests-and-tokens.ts";
import { type GraphErrorName, graphErrors } from "./graph-errors.ts";
import { type GraphMail, readJsonMail, readMimeMail } from "./graph-mail.ts";

/** A request that the double was sent, without what it carried. */
export interface GraphRequest {
  readonly method: string;
  readonly path: string;
  /** 0: no answer, or not the whole of it. */
  readonly status: number;
}

/** `sendMail` of Microsoft Graph over HTTP, with Graph's own refusals. */
export interface GraphDouble {
  /** Takes the place of `https://graph.microsoft.com`. */
  readonly url: string;
  /** Adds a mailbox that mail can be sent from; harmless twice. */
  addMailbox(address: string): void;
  /** What was taken, oldest first. */
  readonly sent: readonly GraphMail[];
  failNext(trouble: Trouble): void;
  /** The newest requests, without tokens and bodies. */
  readonly requests: readonly GraphRequest[];
  stop(): Promise<void>;
}

export interface GraphDoubleOptions {
  /** Says what a bearer token is good for. */
  readonly oauth: { introspect(token: string): TokenMeaning | null };
  readonly certificate?: Certificate;
  readonly mailboxes?: readonly string[];
}

/** A request may have 4 MB. */
const largestBody = 4 * 1024 * 1024;
/** An application's token has everything that was consented to for it. A user's token names the permission. */
const sufficient = ["https://graph.microsoft.com/.default", "https://graph.microsoft.com/Mail.Send", "Mail.Send"];

/** Starts the double on a free loopback port. */
export async function startGraphDouble(options: GraphDoubleOptions): Promise<GraphDouble> {
  const mailboxes = new Set(options.mailboxes?.map((address) => address.toLowerCase()));
  const sent: GraphMail[] = [];
  const requests: GraphRequest[] = [];
  const troubles = waitingTroubles();

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = new URL(request.url ?? "/", "http://graph").pathname;
    const method = request.method ?? "GET";
    response.once("close", () =>
      remember(requests, { method, path, status: response.writableFinished ? response.statusCode : 0 }),
    );
    const body = await readBody(request, largestBody);
    const trouble = troubles.take(path);
    const usual = (status: number) => graphErrors.body(graphErrors.nameOf(status));
    if (trouble && (await playTrouble(trouble, response, usual))) return;
    const refuse = (name: GraphErrorName) => sendJson(response, graphErrors.statusOf(name), graphErrors.body(name));

    const user = /^\/(?:v1\.0|beta)\/(?:users\/([^/]+)|me)\/sendMail$/i.exec(path);
    if (!user || method !== "POST") return refuse("ResourceNotFound");
    const meaning = options.oauth.introspect(request.headers.authorization?.replace(/^Bearer +/i, "") ?? "");
    if (!meaning) return refuse("InvalidAuthenticationToken");
    if (!meaning.scopes.some((scope) => sufficient.includes(scope))) return refuse("ErrorAccessDenied");
    if (user[1] === undefined && !meaning.account) return refuse("BadRequest");
    const from = user[1] === undefined ? meaning.account : decodeSegment(user[1]);
    // A user's token sends as that user only; an application's as everybody in the directory.
    if (meaning.account && meaning.account.toLowerCase() !== from.toLowerCase()) return refuse("ErrorAccessDenied");
    if (!mailboxes.has(from.toLowerCase())) return refuse("ErrorInvalidUser");
    if (!body) return refuse("RequestTooLarge");
    const isMime = /^text\/plain\b/i.test(request.headers["content-type"] ?? "");
    const mail = isMime ? readMimeMail(from, body) : readJsonMail(from, body);
    if (!mail) return refuse(isMime ? "ErrorMimeContentInvalid" : "RequestBodyRead");
    if (mail.to.length === 0) return refuse("ErrorInvalidRecipients");
    sent.push(mail);
    response.writeHead(202, { "content-length": 0, "request-id": crypto.randomUUID() });
    response.end();
  }

  const server = await listen((request, response) => {
    serve(request, response).catch(() => response.destroy());
  }, options.certificate);
  return {
    url: server.origin,
    addMailbox: (address) => void mailboxes.add(address.toLowerCase()),
    sent,
    failNext: troubles.add,
    requests,
    stop: server.stop,
  };
}
