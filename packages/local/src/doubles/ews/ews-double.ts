import type { IncomingMessage, ServerResponse } from "node:http";
import { watchSecret } from "../../testing/kept-output.ts";
import { remember } from "../http/bounded-log.ts";
import type { Certificate } from "../http/certificate.ts";
import { listen } from "../http/listen.ts";
import { readBody } from "../http/read-body.ts";
import { playTrouble, waitingTroubles } from "../http/trouble.ts";
import { varied } from "../http/vary-mime.ts";
import { askedAddress, type Discovery, poxAnswer, soapAnswer } from "./autodiscover.ts";
import { envelope, fault } from "./envelope.ts";
import { impersonated } from "./ews-access.ts";
import { accountOf, type EwsAccount } from "./ews-accounts.ts";
import { type EwsMailbox, ewsMailbox } from "./ews-mailbox.ts";
import { type EwsMail, type Introspect, readAsked, serveEws } from "./ews-service.ts";
import { type EwsScheme, signIns } from "./ews-sign-in.ts";
import { type EwsTrouble, sendEndless } from "./ews-trouble.ts";
import { ewsVersions } from "./ews-versions.ts";

/** A request that the double was sent, without credentials and without what it carried. */
export interface EwsRequest {
  readonly method: string;
  readonly path: string;
  /** Absent: no operation could be read. */
  readonly operation?: string;
  /** How it signed in; absent: it did not. */
  readonly scheme?: EwsScheme;
  /** Who signed in; empty for an application. */
  readonly account?: string;
  readonly impersonated?: string;
  /** `X-AnchorMailbox` */
  readonly anchor?: string;
  /** 0: no answer, or not the whole of it. */
  readonly status: number;
}

/** What can be changed while the double runs. */
interface EwsKnobs {
  /** What is offered in this order. */
  schemes: readonly EwsScheme[];
  version: keyof typeof ewsVersions;
  /** MIME differs between two readings of one message. */
  mimeVaries: boolean;
  /** Bytes that are added to every sync state. */
  syncStateBytes: number;
  /** Requests at once for one mailbox; 27 is Exchange's default. */
  mostAtOnce: number;
  /** Bytes of a message that is sent, and of a request. */
  largestMessage: number;
  largestRequest: number;
  /** NTLM must be bound to the certificate (Extended Protection); only with https. */
  extendedProtection: boolean;
  /** What an administrator has consented to for applications. */
  permissions: readonly string[];
}

/**
 * An Exchange server in memory with Exchange Web Services and autodiscover: folders, changes, MIME, sending, Basic, NTLMv2
 * (also inside SPNEGO), tokens, impersonation and delegation, with Exchange's own refusals.
 */
export interface EwsDouble extends EwsKnobs {
  /** `http://127.0.0.1:port/EWS/Exchange.asmx` */
  readonly url: string;
  readonly origin: string;
  /** Adds an account with its mailbox. */
  addAccount(account: EwsAccount): EwsMailbox | undefined;
  setPassword(address: string, password: string): void;
  /** The mailbox of an account. Throws if there is none. */
  mailbox(address: string): EwsMailbox;
  /** Puts a message into an inbox. */
  deliver(address: string, raw: Buffer | string): void;
  /** What was sent, to whomever, oldest first. */
  readonly sent: readonly EwsMail[];
  /** Lets one account open the mailbox of another. */
  delegate(owner: string, delegate: string): void;
  /** Impersonation is allowed for these mailboxes only, as a management scope says; `null`: for all. */
  limitScope(addresses: readonly string[] | null): void;
  /** What autodiscover says of this address. */
  discover(address: string, found: Discovery): void;
  /** Ends every connection: who signed in by it has to sign in again. */
  hangUp(): void;
  failNext(trouble: EwsTrouble): void;
  /** The newest requests. */
  readonly requests: readonly EwsRequest[];
  stop(): Promise<void>;
}

export interface EwsDoubleOptions {
  /** A free one if absent. */
  readonly port?: number;
  readonly accounts: readonly EwsAccount[];
  readonly oauth?: { readonly introspect: Introspect };
  readonly certificate?: Certificate;
  /** The door for clients that name a host instead of 127.0.0.1. */
  readonly publicOrigin?: string;
}

const xml = { "content-type": "text/xml; charset=utf-8" };

/** Starts the double on a loopback port. */
export async function startEwsDouble(options: EwsDoubleOptions): Promise<EwsDouble> {
  const knobs: EwsKnobs = {
    schemes: options.oauth ? ["Negotiate", "NTLM", "Basic", "Bearer"] : ["Negotiate", "NTLM", "Basic"],
    ...{ version: "2019", mimeVaries: false, syncStateBytes: 0, mostAtOnce: 27 },
    ...{ largestMessage: 35 * 1024 * 1024, largestRequest: 64 * 1024 * 1024, extendedProtection: false },
    permissions: ["full_access_as_app"],
  };
  const accounts: EwsAccount[] = [];
  const mailboxes = new Map<string, EwsMailbox>();
  const delegates = new Map<string, Set<string>>();
  const discoveries = new Map<string, Discovery>();
  const sent: EwsMail[] = [];
  const requests: EwsRequest[] = [];
  // Troubles come back as they were given.
  const troubles = waitingTroubles() as { add(trouble: EwsTrouble): void; take(path: string): EwsTrouble | undefined };
  let scope: ReadonlySet<string> | null = null;
  let readings = 0;
  const addAccount = (account: EwsAccount) => {
    accounts.push(account);
    watchSecret(account.password);
    if (account.mailbox === false) return undefined;
    const made = ewsMailbox(account.address);
    mailboxes.set(account.address.toLowerCase(), made);
    return made;
  };
  for (const account of options.accounts) addAccount({ ...account });
  const signIn = signIns({
    accounts,
    schemes: () => knobs.schemes,
    introspect: options.oauth?.introspect,
    resource: () => new URL(options.publicOrigin ?? server.origin).hostname,
    boundTo: () => (knobs.extendedProtection ? options.certificate?.certificate : undefined),
  });
  const service = {
    version: () => ewsVersions[knobs.version],
    rights: () => ({ mailboxes, delegates, scope }),
    written: (raw: Buffer) => {
      readings += 1;
      return knobs.mimeVaries ? varied(raw, readings) : raw;
    },
    syncStateBytes: () => knobs.syncStateBytes,
    mostAtOnce: () => knobs.mostAtOnce,
    largestMessage: () => knobs.largestMessage,
    sent,
  };
  const ews = () => `${options.publicOrigin ?? server.origin}/EWS/Exchange.asmx`;

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname: path } = new URL(request.url ?? "/", "http://exchange");
    const method = request.method ?? "GET";
    const anchor = request.headers["x-anchormailbox"];
    let seen: Omit<EwsRequest, "status"> = { method, path, ...(anchor ? { anchor: String(anchor) } : {}) };
    response.once("close", () =>
      remember(requests, { ...seen, status: response.writableFinished ? response.statusCode : 0 }),
    );
    const send = (status: number, body: string, headers: Record<string, string | string[]> = {}) => {
      response.writeHead(status, { ...xml, "content-length": Buffer.byteLength(body), ...headers });
      response.end(body);
    };
    const body = await readBody(request, knobs.largestRequest);
    if (!body) return send(413, "");
    const signed = signIn(request);
    if ("challenges" in signed) return send(401, "", { "www-authenticate": [...signed.challenges] });
    const { caller, answer } = signed;
    seen = { ...seen, scheme: caller.scheme, account: caller.account?.address ?? "" };
    if (answer !== undefined) response.setHeader("www-authenticate", answer);
    if (!caller.account && !knobs.permissions.includes("full_access_as_app")) return send(403, "");
    const isEws = /^\/ews\/exchange\.asmx$/i.test(path);
    const asked = isEws && method === "POST" ? readAsked(body) : null;
    if (asked) {
      const whom = impersonated(asked.envelope);
      seen = { ...seen, operation: asked.operation, ...(whom === null ? {} : { impersonated: whom }) };
    }
    const counted = mailboxes.get((seen.impersonated ?? seen.account ?? "").toLowerCase());
    if (asked && counted) {
      counted.atOnce += 1;
      counted.mostAtOnce = Math.max(counted.mostAtOnce, counted.atOnce);
      response.once("close", () => {
        counted.atOnce -= 1;
      });
    }
    const trouble = troubles.take(asked ? `${path}/${asked.operation}` : path);
    if (trouble?.endless) return sendEndless(response);
    if (trouble && (await playTrouble(trouble, response, () => ""))) return;
    if (/^\/autodiscover\/autodiscover\.(?:xml|svc)$/i.test(path)) return discover(path, body, send);
    if (!isEws) return send(404, "");
    if (method !== "POST")
      return send(200, "<html><body>Exchange Web Services</body></html>", { "content-type": "text/html" });
    if (!asked) {
      const text = "The request failed schema validation.";
      return send(500, envelope(ewsVersions[knobs.version], fault("ErrorSchemaValidation", undefined, text)));
    }
    const { status, body: answered } = serveEws(service, caller, asked, trouble);
    if (!trouble?.half) return send(status, answered);
    response.writeHead(status, { ...xml, "content-length": Buffer.byteLength(answered) });
    await new Promise<void>((resolve) => response.write(answered.slice(0, answered.length >> 1), () => resolve()));
    response.destroy();
  }

  function discover(
    path: string,
    body: Buffer,
    send: (status: number, body: string, headers?: Record<string, string>) => void,
  ) {
    const address = askedAddress(body);
    if (address === null) return send(400, "");
    const known = mailboxes.has(address.toLowerCase());
    const found: Discovery =
      discoveries.get(address.toLowerCase()) ?? (known ? { kind: "ews", target: ews() } : { kind: "unknown" });
    if (found.kind === "http") return send(302, "", { location: found.target });
    const isSoap = path.toLowerCase().endsWith(".svc");
    return send(200, isSoap ? soapAnswer(address, found, ewsVersions[knobs.version].build) : poxAnswer(address, found));
  }

  const server = await listen(
    (request, response) => {
      serve(request, response).catch(() => response.destroy());
    },
    options.certificate,
    options.port,
  );
  const mailbox = (address: string) => {
    const found = mailboxes.get(address.toLowerCase());
    if (!found) throw new Error(`The double has no mailbox ${address}.`);
    return found;
  };
  return Object.assign(knobs, {
    url: `${server.origin}/EWS/Exchange.asmx`,
    ...{ origin: server.origin, addAccount, mailbox, sent, requests, failNext: troubles.add, stop: server.stop },
    hangUp: server.hangUp,
    setPassword: (address: string, password: string) => {
      const account = accountOf(accounts, address);
      if (!account) throw new Error(`The double has no account ${address}.`);
      watchSecret(password);
      account.password = password;
    },
    deliver: (address: string, raw: Buffer | string) => void mailbox(address).add(Buffer.from(raw)),
    delegate: (owner: string, delegate: string) => {
      const known = delegates.get(owner.toLowerCase()) ?? new Set();
      delegates.set(owner.toLowerCase(), known.add(delegate.toLowerCase()));
    },
    limitScope: (addresses: readonly string[] | null) => {
      scope = addresses && new Set(addresses.map((address) => address.toLowerCase()));
    },
    discover: (address: string, found: Discovery) => void discoveries.set(address.toLowerCase(), found),
  });
}
