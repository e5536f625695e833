import type { InboundConnector } from "@mailfleet/connector-api";
import { ewsInbound } from "@mailfleet/connector-ews";
import { graphInbound } from "@mailfleet/connector-graph";
import { Secret } from "@mailfleet/contracts";
import { createGuardedFetch } from "@mailfleet/http";
import { startEwsDouble, startGraphDouble } from "@mailfleet/local/doubles";
import type { GivenConnection } from "./given-inbound.ts";

/** One mailbox of Exchange and what can happen to it, by whatever protocol it is read. */
export interface OddExchange {
  /** Each with its subject, in this order. */
  add(...subjects: readonly string[]): void;
  remove(subject: string): void;
  /** What was given out to tell changes from is no longer known. */
  forgetStates(): void;
  /** MIME differs at each reading from now on. */
  varyMime(): void;
  /** The server cannot make this message into MIME; `false`: it can again. */
  setUnreadable(subject: string, unreadable?: boolean): void;
  /** So many requests of this kind are refused because it is busy. */
  busy(what: "list" | "messages", times: number, waitMs?: number): void;
  /** So many requests are refused because the mailbox is being moved to another database. */
  moving(times: number): void;
}

/** A double with one mailbox, and how it is read. */
export interface StartedExchange {
  readonly odd: OddExchange;
  readonly connection: GivenConnection;
  stop(): Promise<void>;
}

const mail = (subject: string) =>
  Buffer.from(`Message-ID: <${subject}@x>\r\nSubject: ${subject}\r\n\r\ntext ${subject}\r\n`);
let clock = Date.now() - 86_400_000;
const later = () => {
  clock += 1000;
  return clock;
};

async function startEws(address: string): Promise<StartedExchange> {
  const exchange = await startEwsDouble({ accounts: [{ address, password: "secret" }] });
  const mailbox = exchange.mailbox(address);
  const ids = new Map<string, string>();
  const idOf = (subject: string) => ids.get(subject) ?? "";
  return {
    odd: {
      add: (...subjects) => {
        for (const one of subjects) ids.set(one, mailbox.add(mail(one), { receivedAt: later() }).id);
      },
      remove: (subject) => mailbox.remove(idOf(subject)),
      forgetStates: mailbox.expireSyncStates,
      varyMime: () => {
        exchange.mimeVaries = true;
      },
      setUnreadable: (subject, unreadable = true) => {
        if (unreadable) mailbox.unreadable.add(idOf(subject));
        else mailbox.unreadable.delete(idOf(subject));
      },
      busy: (what, times, waitMs) =>
        exchange.failNext({
          ...{ path: what === "list" ? "SyncFolderItems" : "GetItem", times, code: "ErrorServerBusy" },
          ...(waitMs === undefined ? {} : { backOffMs: waitMs }),
        }),
      moving: (times) => exchange.failNext({ path: "SyncFolderItems", times, code: "ErrorMailboxMoveInProgress" }),
    },
    connection: {
      username: address,
      server: {
        ...{ protocol: "ews", host: "127.0.0.1", port: Number(new URL(exchange.url).port) },
        ...{ security: "none", authentication: "basic" },
      },
    },
    stop: exchange.stop,
  };
}

async function startGraph(address: string): Promise<StartedExchange> {
  const scopes = ["https://graph.microsoft.com/.default"];
  const graph = await startGraphDouble({
    oauth: { introspect: () => ({ account: "", clientId: "app", scopes }) },
    mailboxes: [address],
  });
  const mailbox = graph.addMailbox(address);
  const ids = new Map<string, string>();
  const idOf = (subject: string) => ids.get(subject) ?? "";
  const paths = { list: "/delta", messages: "/$value" } as const;
  const whole = new Map<string, Buffer>();
  return {
    odd: {
      add: (...subjects) => {
        for (const one of subjects) ids.set(one, mailbox.add(mail(one), { receivedAt: later() }).id);
      },
      remove: (subject) => mailbox.remove(idOf(subject)),
      forgetStates: mailbox.expireDeltas,
      varyMime: () => {
        mailbox.mimeVaries = true;
      },
      setUnreadable: (subject, unreadable = true) => {
        const id = idOf(subject);
        // An empty answer is what Graph gives for what it cannot make into MIME.
        whole.set(id, whole.get(id) ?? mail(subject));
        mailbox.change(id, { raw: unreadable ? Buffer.alloc(0) : mail(subject) });
      },
      busy: (what, times, waitMs) =>
        graph.failNext({
          ...{ path: paths[what], times, status: 429 },
          ...(waitMs === undefined ? {} : { headers: { "retry-after": String(Math.ceil(waitMs / 1000)) } }),
        }),
      moving: (times) => graph.failNext({ path: "/delta", times, status: 503 }),
    },
    connection: {
      server: { protocol: "graph", host: "graph.test", port: 443, security: "tls", apiUrl: graph.url },
    },
    stop: graph.stop,
  };
}

/** Exchange by each of its protocols. */
export const exchanges = { EWS: startEws, Graph: startGraph } as const;

const graph = graphInbound({ fetch: createGuardedFetch({ privateNetworks: ["127.0.0.0/8"] }) });
const accessToken = async () => new Secret("token");

/** Graph with a token that nobody checks. */
export const exchangeConnectors: Readonly<Record<"ews" | "graph", InboundConnector>> = {
  ews: ewsInbound,
  graph: {
    ...graph,
    open: (options, signal) =>
      graph.open({ ...options, credentials: { type: "token", username: options.address, accessToken } }, signal),
  },
};
