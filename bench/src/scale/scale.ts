import { streams } from "@mailfleet/contracts";
import type { Cost, Costs } from "../soak/costs.ts";

/** A fleet that nobody has measured. */
export interface Fleet {
  readonly mailboxes: number;
  /** Part of them at which a connection waits for new mail. */
  readonly watchedShare: number;
  readonly pollSeconds: number;
  /** Messages a day and mailbox that come, and that are sent. */
  readonly inDay: number;
  readonly outDay: number;
  /** How long received messages and the records of sends are kept. */
  readonly keptDays: number;
  /** How long a run waits for a provider over the Internet, beside its work. */
  readonly providerSeconds: number;
}

/** How the model makes processes of CPU and memory. */
export const sizing = {
  /** A process of Node does one thing at a time; half of a core on average leaves room for waves of twice as much. */
  coresOfReplica: 0.5,
  /** The limit in the code, and 0.9 GB of memory: `npm run bench idle-memory` found 0.09 to 0.17 MB a watch. */
  watchesOfReplica: 5000,
  /** One dies, one is there; the pair of console and alerting as well. */
  fewest: { "inbound-sync": 3, "outbound-send": 3, config: 2, scheduler: 2, alerting: 2, console: 2 },
} as const;
type Service = keyof typeof sizing.fewest;
export const services = Object.keys(sizing.fewest) as Service[];

/** What a fleet needs. Rates are a second. */
export interface Needs {
  readonly polls: number;
  readonly received: number;
  readonly sent: number;
  readonly services: Readonly<Record<Service, { readonly cores: number; readonly replicas: number }>>;
  readonly mongo: {
    readonly cores: number;
    readonly operations: number;
    readonly dataBytes: number;
    readonly keptBytes: number;
  };
  readonly nats: {
    readonly cores: number;
    readonly messages: number;
    readonly factBytesDay: number;
    /** How long `FACTS` reaches back before its size limit, days. */
    readonly factDays: number;
    /** How much of its size limit `RUNS` needs for one run of each mailbox. */
    readonly runsShare: number;
  };
  readonly connections: { readonly held: number; readonly signIns: number; readonly underWay: number };
}

const day = 86_400;
/** Collections that grow with mail. What others hold is of the mailboxes, whatever happens at them. */
const ofMail: ReadonlySet<string> = new Set(["messages", "messageParts", "fingerprints", "names", "sends"]);
/** A stored run with its headers, in bytes: the largest that was seen. */
const runBytes = 700;

/** Rates of a fleet, and what is used for them. Everything grows in proportion to what happens; what does not is in words beside. */
export function needsOf(costs: Costs, fleet: Fleet): Needs {
  const polls = fleet.mailboxes / fleet.pollSeconds;
  const received = (fleet.mailboxes * fleet.inDay) / day;
  const sent = (fleet.mailboxes * fleet.outDay) / day;
  const watched = received * fleet.watchedShare;
  /** A second, without what is used when there are no mailboxes. */
  const usedBy = (cost: Cost) =>
    (fleet.mailboxes * cost.idleMailboxHour) / 3600 +
    polls * cost.poll +
    watched * cost.watchedMessage +
    (received - watched) * cost.polledMessage +
    sent * cost.send;
  const costOf = (name: string): Cost => {
    const cost = costs.cpuMs[name];
    if (!cost) throw new Error(`nothing was measured of ${name}`);
    return cost;
  };
  const cores = (name: string) => usedBy(costOf(name)) / 1000;
  const serviceNeeds = (name: Service) => {
    const measured = sizing.fewest[name];
    const own = costOf(name).emptySecond / 1000 / (costs.replicas[name] ?? measured);
    const replicas = Math.max(
      measured,
      Math.ceil(cores(name) / (sizing.coresOfReplica - own)),
      name === "inbound-sync" ? Math.ceil((fleet.mailboxes * fleet.watchedShare) / sizing.watchesOfReplica) : 0,
    );
    return { cores: cores(name) + own * replicas, replicas };
  };
  const stored = Object.entries(costs.collections);
  const total = (numbers: readonly number[]) => numbers.reduce((sum, one) => sum + one, 0);
  const messagesDay = fleet.mailboxes * (fleet.inDay + fleet.outDay);
  const factBytesDay = messagesDay * (costs.streams.FACTS?.message ?? 0);
  return {
    polls,
    received,
    sent,
    services: Object.fromEntries(services.map((name) => [name, serviceNeeds(name)])) as Needs["services"],
    mongo: {
      cores: cores("MongoDB"),
      operations: usedBy(costs.mongoOperations),
      dataBytes: fleet.mailboxes * total(stored.map(([, { mailbox }]) => Math.max(0, mailbox))),
      keptBytes:
        messagesDay * fleet.keptDays * total(stored.map(([name, { message }]) => (ofMail.has(name) ? message : 0))),
    },
    nats: {
      cores: cores("NATS"),
      messages: usedBy(costs.natsMessages),
      factBytesDay,
      factDays: Math.min(streams.FACTS.maxAgeMs / 1000 / day, streams.FACTS.maxBytes / factBytesDay),
      runsShare: (fleet.mailboxes * runBytes) / streams.RUNS.maxBytes,
    },
    connections: {
      held: fleet.mailboxes * fleet.watchedShare,
      signIns: polls + watched + sent,
      underWay: (polls + watched) * fleet.providerSeconds,
    },
  };
}
