/** The second door of this package: streams and consumers are made and changed here, by the topology step and by tests. */
import {
  type ConsumerDefinition,
  consumers,
  expand,
  type Logger,
  type StreamDefinition,
  streams,
  type TopologyStep,
} from "@mailfleet/contracts";
import { jetstreamManager } from "@nats-io/jetstream";
import { type LinkOptions, openLink } from "../link.ts";
import type { PlannedConsumer } from "./configuration.ts";
import { planConsumer, planStream, planSuperfluous } from "./plan.ts";

export { newNkeySeed, publicNkeyOf } from "./nkeys.ts";

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };

/** Makes what is missing, for tests: by default everything. Throws if something is refused. */
export async function makeStreams(
  to: Pick<LinkOptions, "url" | "nkeyFile">,
  wanted: readonly StreamDefinition[] = Object.values(streams),
  readers: readonly ConsumerDefinition[] = Object.values(consumers),
  replicas = 1,
): Promise<void> {
  const topology = await openStreamTopology({
    url: to.url,
    nkeyFile: to.nkeyFile,
    name: "topology",
    logger: silent,
    replicas,
  });
  try {
    await expand(await topology.plan(wanted, readers));
  } finally {
    await topology.close();
  }
}

/** Removes a stream with all that is in it, for tests. */
export async function removeStream(to: Pick<LinkOptions, "url" | "nkeyFile">, name: string): Promise<void> {
  const link = await openLink({ url: to.url, nkeyFile: to.nkeyFile, name: "topology", logger: silent });
  try {
    await (await jetstreamManager(link.nc, { timeout: 5000, checkAPI: false })).streams.delete(name);
  } finally {
    await link.close();
  }
}

/** NATS, as the topology step sees it. */
export interface StreamTopology {
  /** What would have to be done, in the order in which it can be. */
  plan(streams: readonly StreamDefinition[], consumers: readonly PlannedConsumer[]): Promise<TopologyStep[]>;
  close(): Promise<void>;
}

/** Connects, waiting for NATS as long as it takes. `replicas` of each stream: 1 locally, 3 in production. */
export async function openStreamTopology(
  options: LinkOptions & { readonly replicas: number },
): Promise<StreamTopology> {
  const link = await openLink(options);
  const jsm = await jetstreamManager(link.nc, { timeout: 5000, checkAPI: false });
  return {
    async plan(streams, consumers) {
      const steps: TopologyStep[] = [];
      for (const one of streams) steps.push(...(await planStream(jsm, one, options.replicas)));
      for (const one of consumers) steps.push(...(await planConsumer(jsm, one)));
      return [...steps, ...(await planSuperfluous(jsm, streams, consumers))];
    },
    close: () => link.close(),
  };
}
