import { remember } from "../http/bounded-log.ts";
import type { Certificate } from "../http/certificate.ts";
import { listen } from "../http/listen.ts";
import { waitingTroubles } from "../http/trouble.ts";
import type { TokenMeaning } from "../oauth/requests-and-tokens.ts";
import { apiErrors } from "./api-errors.ts";
import type { GmailState } from "./gmail-api.ts";
import { type GmailRequest, type GmailTrouble, gmailServer } from "./gmail-server.ts";
import { type GmailMailbox, gmailMailbox } from "./mailbox.ts";

/** A message that a mailbox of the double has sent, as Gmail made it. */
export interface SentMessage {
  readonly raw: Buffer;
  readonly id: string;
  readonly threadId: string;
}

/** Gmail's API over HTTP, hostile where Gmail is. */
export interface GmailDouble {
  /** Takes the place of `https://gmail.googleapis.com`. */
  readonly url: string;
  /** Adds an empty mailbox; harmless twice. The account itself is added to the OAuth double. */
  addMailbox(address: string): void;
  /** Puts these bytes into the inbox as they are. */
  deliver(address: string, raw: Buffer | string): { id: string };
  /** What the mailbox sent, oldest first. */
  sent(address: string): SentMessage[];
  /** The messages in its inbox, oldest first. */
  inbox(address: string): SentMessage[];
  /** All history ids given out until now are too old. */
  expireHistory(): void;
  /** As if nobody had switched the Gmail API on in the project. */
  switchApiOff(): void;
  switchApiOn(): void;
  /** Messages a mailbox may send in 24 hours; `null`: no limit. */
  dailySendLimit: number | null;
  failNext(trouble: GmailTrouble): void;
  /** Called with each message that was sent and all its recipients, those of the double too. */
  onSend: ((raw: Buffer, recipients: readonly string[]) => void) | undefined;
  readonly requests: GmailRequest[];
  /** How many requests there were, also those that `requests` no longer holds; a batch is one. */
  readonly requestCount: number;
  stop(): Promise<void>;
}

export interface GmailDoubleOptions {
  /** A free one if absent. */
  readonly port?: number;
  /** Says what a bearer token is good for. */
  readonly oauth: { introspect(token: string): TokenMeaning | null };
  readonly certificate?: Certificate;
  readonly mailboxes?: readonly string[];
  /** 36,700,160 by default, as at Google. */
  readonly maximumMessageBytes?: number;
  readonly dailySendLimit?: number;
  readonly onSend?: (raw: Buffer, recipients: readonly string[]) => void;
}

/** Starts the double on a loopback port. */
export async function startGmailDouble(options: GmailDoubleOptions): Promise<GmailDouble> {
  const mailboxes = new Map<string, GmailMailbox>();
  const troubles = waitingTroubles();
  const requests: GmailRequest[] = [];
  const addMailbox = (address: string): void => {
    const key = address.toLowerCase();
    if (!mailboxes.has(key)) mailboxes.set(key, gmailMailbox(address));
  };
  const mailboxOf = (address: string): GmailMailbox => {
    const found = mailboxes.get(address.toLowerCase());
    if (!found) throw new Error(`the Gmail double has no mailbox ${address}`);
    return found;
  };
  const state: GmailState = {
    mailboxes,
    uploads: new Map(),
    apiIsOff: false,
    maximumMessageBytes: options.maximumMessageBytes ?? 36_700_160,
    dailySendLimit: options.dailySendLimit ?? null,
    introspect: (token) => options.oauth.introspect(token),
    now: () => Date.now(),
    relay: (raw, recipients, sender) => {
      for (const address of recipients) {
        const traced = `Delivered-To: ${address}\r\nReturn-Path: <${sender.address}>\r\n`;
        if (address === sender.address.toLowerCase()) continue;
        mailboxes.get(address)?.add(Buffer.concat([Buffer.from(traced), raw]), ["UNREAD", "INBOX"]);
      }
      double.onSend?.(raw, recipients);
    },
  };
  options.mailboxes?.forEach(addMailbox);
  let requestCount = 0;
  const count = (request: GmailRequest) => {
    requestCount += 1;
    remember(requests, request);
  };
  const server = await listen(
    gmailServer({ state, takeTrouble: troubles.take, onRequest: count }, () => server.origin),
    options.certificate,
    options.port,
  );
  const withLabel = (address: string, label: string): SentMessage[] =>
    mailboxOf(address)
      .inOrder.filter(({ labelIds }) => labelIds.includes(label))
      .map(({ raw, id, threadId }) => ({ raw, id, threadId }));
  const double: GmailDouble = {
    url: server.origin,
    addMailbox,
    deliver: (address, raw) => {
      const { id } = mailboxOf(address).add(Buffer.from(raw), ["UNREAD", "INBOX"]);
      return { id };
    },
    sent: (address) => withLabel(address, "SENT"),
    inbox: (address) => withLabel(address, "INBOX"),
    expireHistory: () => {
      for (const mailbox of mailboxes.values()) mailbox.expireHistory();
    },
    switchApiOff: () => {
      state.apiIsOff = true;
    },
    switchApiOn: () => {
      state.apiIsOff = false;
    },
    get dailySendLimit() {
      return state.dailySendLimit;
    },
    set dailySendLimit(limit) {
      state.dailySendLimit = limit;
    },
    failNext: (trouble) => {
      const status = trouble.status ?? (trouble.reason ? apiErrors[trouble.reason].status : undefined);
      troubles.add({ ...trouble, status });
    },
    onSend: options.onSend,
    requests,
    get requestCount() {
      return requestCount;
    },
    stop: server.stop,
  };
  return double;
}
