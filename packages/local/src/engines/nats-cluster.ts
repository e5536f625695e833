import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Cluster, ClusterMember } from "./cluster.ts";
import type { NatsSignIn } from "./engine-users.ts";
import { eventually } from "./eventually.ts";
import { freePort } from "./free-port.ts";
import { NatsEnded, type NatsOptions, startNatsEngine } from "./nats-engine.ts";
import { natsRequest } from "./nats-request.ts";

const NODES = 3;
const WHOLE_WITHIN_MS = 60_000;
/** Ports are chosen before the nodes listen on them: on a busy machine somebody else may have one by then. */
const TRIES = 3;

/** Three nats-servers that are one JetStream. */
export interface NatsCluster extends Cluster {
  /** The node that leads this stream now. Waits for an election. */
  leaderOf(stream: string): Promise<ClusterMember>;
  /** From now on a stream takes at most this many bytes. Returns the limit before. */
  limitStream(stream: string, maxBytes: number): Promise<number>;
  /** Deletes a stream with all that is in it. */
  deleteStream(stream: string): Promise<void>;
  /** How this user signs in at any node, where there are users. `url` is of the one who may do everything. */
  signIn(user: string): NatsSignIn;
  /** False: from now on every node knows nobody but who may do everything, and puts the others out. True: everybody again. */
  letIn(users: boolean): Promise<void>;
}

interface Raft {
  readonly leader?: string;
  readonly replicas?: readonly { readonly current?: boolean; readonly offline?: boolean }[];
}
interface JetStreamState {
  readonly meta_cluster?: Raft;
  readonly account_details?: readonly { readonly stream_detail?: readonly { name: string; cluster?: Raft }[] }[];
}

/**
 * Starts three nats-servers on loopback ports as a cluster and waits until JetStream has a leader. Without users everybody may
 * do everything. Begins anew with other ports when somebody else has taken one.
 */
export async function startNatsCluster(options: NatsOptions, choosePort = freePort): Promise<NatsCluster> {
  for (let tries = 1; ; tries += 1)
    try {
      return await startNodes(options, choosePort);
    } catch (error) {
      if (!(error instanceof NatsEnded) || tries === TRIES) throw error;
    }
}

async function startNodes(options: NatsOptions, choosePort: () => Promise<number>): Promise<NatsCluster> {
  const ports = await Promise.all(Array.from({ length: 2 * NODES }, () => choosePort()));
  const [routes, monitors] = [ports.slice(0, NODES), ports.slice(NODES)];
  // The nodes of another cluster that has one of our ports refuse ours.
  const clusterName = `mailfleet-${randomUUID()}`;
  const { users } = options;
  const configuration = (n: number, who = users?.configuration ?? []) => [
    ...who,
    `http: "127.0.0.1:${monitors[n]}"`,
    "cluster {",
    `  name: ${clusterName}`,
    `  listen: "127.0.0.1:${routes[n]}"`,
    `  routes: [${routes.map((port) => `"nats://127.0.0.1:${port}"`).join(", ")}]`,
    // Clients stay on the addresses they were given: a test puts proxies there.
    "  no_advertise: true",
    "}",
  ];
  const started = await Promise.allSettled(
    routes.map((_, n) =>
      startNatsEngine({
        dataDir: join(options.dataDir, `nats-${n}`),
        temporary: options.temporary === true,
        name: `nats-${n}`,
        ...(options.say ? { say: options.say } : {}),
        configuration: configuration(n),
      }),
    ),
  );
  const engines = started.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
  const stop = async () => {
    await Promise.all(engines.map((engine) => engine.stop()));
    if (options.temporary) await rm(options.dataDir, { recursive: true, force: true });
  };
  const failed = started.find((one) => one.status === "rejected");
  if (failed) {
    await stop();
    throw failed.reason;
  }
  // A node says that it is ready before it listens for the others.
  let isEnded = false;
  for (const { ended } of engines)
    void ended.then(() => {
      isEnded = true;
    });
  const members = engines.map((engine, n) => ({
    name: `nats-${n}`,
    address: new URL(engine.url).host,
    get pid() {
      return engine.pid;
    },
    kill: () => engine.kill(),
    restart: () => engine.restart(),
  }));

  /** JetStream as each node that answers sees it. Only the leader of a group knows how far the others are. */
  const seen = async () => {
    const asked = monitors.map(async (port, n) => {
      const answer = await fetch(`http://127.0.0.1:${port}/jsz?accounts=true&streams=true`, {
        signal: AbortSignal.timeout(2000),
      });
      const state = (await answer.json()) as JetStreamState;
      const streams = (state.account_details ?? []).flatMap(({ stream_detail }) => stream_detail ?? []);
      return { node: `nats-${n}`, meta: state.meta_cluster, streams };
    });
    const answers = await Promise.allSettled(asked);
    return answers.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
  };
  const caughtUp = ({ replicas = [] }: Raft) => replicas.every(({ current, offline }) => current && !offline);
  const isWhole = async () => {
    const nodes = await seen();
    const leads = nodes.find(({ node, meta }) => meta?.leader === node);
    const others = leads?.meta?.replicas?.length ?? 0;
    if (nodes.length < NODES || others < NODES - 1 || !leads?.meta || !caughtUp(leads.meta)) return false;
    const names = new Set(nodes.flatMap(({ streams }) => streams.map(({ name }) => name)));
    return [...names].every((name) =>
      nodes.some(({ node, streams }) =>
        streams.some(({ name: own, cluster: raft }) => own === name && raft?.leader === node && caughtUp(raft)),
      ),
    );
  };
  const inTime = { timeoutMs: WHOLE_WITHIN_MS, everyMs: 200, what: "every node caught up" };

  const urlOf = (address: string) => users?.observerUrl(`nats://${address}`) ?? `nats://${address}`;
  const ask = (subject: string, body: object = {}) => {
    const { hostname: host, port, username: user, password } = new URL(urlOf(members[0]!.address));
    return natsRequest({ host, port: Number(port), user, password }, subject, body);
  };

  const cluster: NatsCluster = {
    url: members.map(({ address }) => urlOf(address)).join(","),
    signIn: (user) => {
      const url = members.map(({ address }) => `nats://${address}`).join(",");
      return users?.signIn(user, url) ?? { url };
    },
    members,
    leaderOf: (stream) =>
      eventually(
        async () => {
          const leads = (await seen()).find(({ node, streams }) =>
            streams.some(({ name, cluster: raft }) => name === stream && raft?.leader === node),
          );
          return members.find(({ name }) => name === leads?.node);
        },
        { timeoutMs: WHOLE_WITHIN_MS, everyMs: 200, what: `a leader of ${stream}` },
      ),
    limitStream: async (stream, maxBytes) => {
      const { config } = (await ask(`$JS.API.STREAM.INFO.${stream}`)) as { config: { max_bytes: number } };
      await ask(`$JS.API.STREAM.UPDATE.${stream}`, { ...config, max_bytes: maxBytes });
      return config.max_bytes;
    },
    deleteStream: async (stream) => void (await ask(`$JS.API.STREAM.DELETE.${stream}`)),
    letIn: async (all) => {
      const who = all ? users?.configuration : users?.onlyObserver;
      await Promise.all(engines.map((engine, n) => engine.reload(configuration(n, who))));
    },
    whole: async () => void (await eventually(isWhole, inTime)),
    stop,
  };
  try {
    await eventually(async () => isEnded || (await isWhole()), inTime);
    if (isEnded) throw new NatsEnded("a node ended at once");
  } catch (error) {
    await stop();
    throw error;
  }
  return cluster;
}
