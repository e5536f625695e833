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
import { type GraphMail, readJsonMail, readMimeMail, withoutBcc } from "./graph-mail.ts";
import { type GraphMailbox, type GraphMessage, graphMailbox } from "./graph-mailbox.ts";
import { read } from "./graph-reading.ts";

/** A request that the double was sent, without what it carried. */
export interface GraphRequest {
  readonly method: string;
  readonly path: string;
  /** 0: no answer, or not the whole of it. */
  readonly status: number;
}

/**
 * Mail of Microsoft Graph over HTTP, with Graph's own refusals: folders, delta queries, MIME, `sendMail`. What is sent is
 * filed among the sent mail and arrives at those recipients whose mailboxes the double has.
 */
export interface GraphDouble {
  /** Takes the place of `https://graph.microsoft.com`. */
  readonly url: string;
  /** Adds a mailbox; harmless twice. */
  addMailbox(address: string): GraphMailbox;
  /** Applications may act only for these mailboxes, as an access policy of Exchange Online says; `null`: for all. */
  limitScope(addresses: readonly string[] | null): void;
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
const sufficient = (permission: string) => [
  "https://graph.microsoft.com/.default",
  `https://graph.microsoft.com/${permission}`,
  permission,
];
/** More requests at once for one mailbox are refused. */
const mostAtOnce = 4;

/** Starts the double on a free loopback port. */
export async function startGraphDouble(options: GraphDoubleOptions): Promise<GraphDouble> {
  const mailboxes = new Map<string, GraphMailbox>();
  const addMailbox = (address: string) => {
    const known = mailboxes.get(address.toLowerCase()) ?? graphMailbox();
    mailboxes.set(address.toLowerCase(), known);
    return known;
  };
  for (const address of options.mailboxes ?? []) addMailbox(address);
  let scope: ReadonlySet<string> | null = null;
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

    const user = /^\/(?:v1\.0|beta)\/(?:users\/([^/]+)|me)(?:\/(.*))?$/i.exec(path);
    const meaning = options.oauth.introspect(request.headers.authorization?.replace(/^Bearer +/i, "") ?? "");
    if (!meaning) return refuse("InvalidAuthenticationToken");
    if (!user) return refuse("ResourceNotFound");
    const below = user[2] ?? "";
    const sends = method === "POST" && /^sendMail$/i.test(below);
    const reads = method === "GET";
    if (!sends && !reads) return refuse("ResourceNotFound");
    const needed = sends ? sufficient("Mail.Send") : [...sufficient("Mail.Read"), ...sufficient("Mail.ReadWrite")];
    if (!meaning.scopes.some((one) => needed.includes(one))) return refuse("ErrorAccessDenied");
    if (user[1] === undefined && !meaning.account) return refuse("BadRequest");
    const address = user[1] === undefined ? meaning.account : decodeSegment(user[1]);
    // A user's token acts as that user only; an application's as everybody in its scope.
    if (meaning.account && meaning.account.toLowerCase() !== address.toLowerCase()) return refuse("ErrorAccessDenied");
    const mailbox = mailboxes.get(address.toLowerCase());
    if (!mailbox) return refuse("ErrorInvalidUser");
    if (!meaning.account && scope && !scope.has(address.toLowerCase())) return refuse("ErrorAccessDenied");
    mailbox.atOnce += 1;
    mailbox.mostAtOnce = Math.max(mailbox.mostAtOnce, mailbox.atOnce);
    response.once("close", () => {
      mailbox.atOnce -= 1;
    });
    if (mailbox.atOnce > mostAtOnce) return refuse("ApplicationThrottled");
    if (reads) {
      const { searchParams: query } = new URL(request.url ?? "/", "http://graph");
      const prefer = String(request.headers.prefer ?? "");
      const written = ({ raw }: GraphMessage) => raw;
      const reading = {
        origin: server.origin,
        address,
        mailbox,
        path: below,
        query,
        prefer,
        response,
        refuse,
        written,
      };
      if (!read(reading)) refuse("ResourceNotFound");
      return;
    }
    if (!body) return refuse("RequestTooLarge");
    const isMime = /^text\/plain\b/i.test(request.headers["content-type"] ?? "");
    const mail = isMime ? readMimeMail(address, body) : readJsonMail(address, body);
    if (!mail) return refuse(isMime ? "ErrorMimeContentInvalid" : "RequestBodyRead");
    if (mail.to.length === 0) return refuse("ErrorInvalidRecipients");
    sent.push(mail);
    if (mail.raw) {
      mailbox.add(mail.raw, { folder: "sentitems" });
      const arriving = withoutBcc(mail.raw);
      for (const to of new Set(mail.to.map((one) => one.toLowerCase()))) mailboxes.get(to)?.add(arriving);
    }
    response.writeHead(202, { "content-length": 0, "request-id": crypto.randomUUID() });
    response.end();
  }

  const server = await listen((request, response) => {
    serve(request, response).catch(() => response.destroy());
  }, options.certificate);
  return {
    url: server.origin,
    addMailbox,
    limitScope: (addresses) => {
      scope = addresses && new Set(addresses.map((address) => address.toLowerCase()));
    },
    sent,
    failNext: troubles.add,
    requests,
    stop: server.stop,
  };
}
