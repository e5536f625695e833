import { type ServiceName, serviceNames } from "@mailfleet/contracts";
import type { Sandbox } from "@mailfleet/local";
import {
  type Cluster,
  type LinkState,
  type MongoCluster,
  type NatsCluster,
  startTcpProxy,
  type TcpProxy,
} from "@mailfleet/local/testing";

/** Who talks to whom: a service and an engine, or a worker and a protocol of the mail server. */
export type LinkName =
  | `${ServiceName}/${"nats" | "mongo"}`
  | "inbound-sync/imap"
  | "inbound-sync/pop3"
  | "outbound-send/smtp";

/** A proxy on each link, so that each can be spoilt alone. */
export interface Links {
  /** URLs by which a service reaches the engines through its own proxies. */
  environment(service: ServiceName): Record<string, string>;
  /** Puts proxies before the mail server; answers the ports that profiles name. */
  beforeMail(sandbox: Sandbox): Promise<{ imap: number; pop3: number; smtp: number }>;
  set(link: LinkName, state: LinkState): void;
  stop(): Promise<void>;
}

export const mailLinks = ["inbound-sync/imap", "inbound-sync/pop3", "outbound-send/smtp"] as const;

/** Makes a proxy for each service and each member of both clusters. Each service signs in as itself. */
export async function startLinks(clusters: {
  nats: NatsCluster;
  mongo: MongoCluster;
  mongoUrlOf: (user: string) => string;
}): Promise<Links> {
  const proxies = new Map<LinkName, TcpProxy[]>();

  const before = async (link: LinkName, cluster: Cluster, signIn: string): Promise<string> => {
    // A replica set tells its clients where its members are: to this service they are where its proxies are.
    const replace = new Map<string, string>();
    const own = await Promise.all(
      cluster.members.map(async ({ address }) => {
        const proxy = await startTcpProxy({ port: Number(address.split(":")[1]), replace });
        return { address, proxy };
      }),
    );
    for (const { address, proxy } of own) replace.set(address, `127.0.0.1:${proxy.port}`);
    proxies.set(
      link,
      own.map(({ proxy }) => proxy),
    );
    return own.reduce((url, { address, proxy }) => url.replace(address, `127.0.0.1:${proxy.port}`), signIn);
  };

  const environments = new Map<ServiceName, Record<string, string>>();
  await Promise.all(
    serviceNames.map(async (service) => {
      environments.set(service, {
        MAILFLEET_NATS_URL: await before(`${service}/nats`, clusters.nats, clusters.nats.signIn(service).url),
        MAILFLEET_MONGO_URL: await before(`${service}/mongo`, clusters.mongo, clusters.mongoUrlOf(service)),
      });
    }),
  );

  return {
    environment: (service) => environments.get(service) ?? {},
    beforeMail: async (sandbox) => {
      const [imap, pop3, smtp] = await Promise.all(
        [sandbox.imapPort, sandbox.pop3Port, sandbox.smtpPort].map((port) => startTcpProxy({ port })),
      );
      if (!imap || !pop3 || !smtp) throw new Error("unreachable");
      proxies.set("inbound-sync/imap", [imap]).set("inbound-sync/pop3", [pop3]).set("outbound-send/smtp", [smtp]);
      return { imap: imap.port, pop3: pop3.port, smtp: smtp.port };
    },
    set: (link, state) => {
      const own = proxies.get(link);
      if (!own) throw new Error(`there is no link ${link}`);
      for (const proxy of own) proxy.set(state);
    },
    stop: async () => {
      await Promise.all([...proxies.values()].flat().map((proxy) => proxy.stop()));
    },
  };
}
