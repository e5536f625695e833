import { randomBytes } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { startEwsDouble, startGraphDouble, startOAuthDouble } from "@mailfleet/local/doubles";
import type { BenchMailbox } from "./fleet.ts";
import { type PeerJob, runPeer } from "./peers/exchange-clients.ts";
import type { BenchSink } from "./send-all.ts";

/** A double of Exchange in this process, with mailboxes that one profile opens. */
export interface ExchangeWorld {
  readonly mailbox: BenchMailbox;
  /** Counts what the double takes. */
  readonly sink: BenchSink;
  /** The foreign client of the same system. */
  readonly peer: string;
  deliver(address: string, raw: Buffer): void;
  /** How many requests there were, of 20,000 at most. */
  requests(): number;
  /** Messages a second by the foreign client. Throws if it cannot be installed. */
  peerRate(job: PeerJob): Promise<number>;
  stop(): Promise<void>;
}

const env = { MAILFLEET_ALLOWED_PRIVATE_NETWORKS: "127.0.0.0/8" };

function sinkOf(sent: readonly unknown[]): BenchSink {
  let before = 0;
  const received = () => sent.length - before;
  return {
    received,
    reset: () => {
      before = sent.length;
    },
    reached: async (count) => {
      while (received() < count) await pause(5);
    },
  };
}

/** Exchange Web Services, with Basic and impersonation. */
async function startEws(addresses: readonly string[]): Promise<ExchangeWorld> {
  const password = randomBytes(12).toString("hex");
  const service = { username: "svc@example.test", password };
  const exchange = await startEwsDouble({
    accounts: [
      ...addresses.map((address) => ({ address, password })),
      { address: service.username, password, impersonates: true, mailbox: false },
    ],
  });
  const server = { apiUrl: exchange.url, security: "none", authentication: "basic" };
  const [address = ""] = addresses;
  return {
    mailbox: {
      ...{ address, env },
      profile: {
        ...{ type: "exchange-server", inbound: server, outbound: server },
        ...{ inboundCredentials: service, outboundCredentials: service },
      },
    },
    sink: sinkOf(exchange.sent),
    peer: "exchangelib",
    deliver: exchange.deliver,
    requests: () => exchange.requests.length,
    peerRate: (job) => runPeer("exchangelib", job, { ...service, url: exchange.url, address }),
    stop: exchange.stop,
  };
}

/** Microsoft Graph, with an application's secret. */
async function startGraph(addresses: readonly string[]): Promise<ExchangeWorld> {
  const oauth = await startOAuthDouble();
  const graph = await startGraphDouble({ oauth, mailboxes: addresses });
  const tenantId = "example.test";
  const { clientId, clientSecret } = oauth.addClient();
  const { token } = oauth.tenant(tenantId);
  const [address = ""] = addresses;
  return {
    mailbox: {
      ...{ address, env },
      profile: {
        type: "exchange-online",
        oauth: {
          ...{ provider: "microsoft", flow: "application", tenantId, clientId },
          endpoints: { token, api: graph.url },
        },
        oauthSecret: { clientSecret },
      },
    },
    sink: sinkOf(graph.sent),
    peer: "O365",
    deliver: (to, raw) => void graph.addMailbox(to).add(raw),
    requests: () => graph.requests.length,
    peerRate: async (job) => {
      const body = new URLSearchParams({
        ...{ grant_type: "client_credentials", client_id: clientId, client_secret: clientSecret },
        scope: "https://graph.microsoft.com/.default",
      });
      const answer = (await (await fetch(token, { method: "POST", body })).json()) as { access_token: string };
      return runPeer("o365", job, { url: graph.url, address, token: answer.access_token });
    },
    stop: async () => {
      await Promise.all([graph.stop(), oauth.stop()]);
    },
  };
}

/** The two systems, by the name of their protocol. */
export const exchanges = { ews: startEws, graph: startGraph } as const;
export type ExchangeName = keyof typeof exchanges;
