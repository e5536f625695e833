import type { OutboundConnector, OutboundSession } from "@mailfleet/connector-api";
import { apart, type Connection, type ConnectorDescriptor, connectorDescriptors } from "@mailfleet/contracts";
import { signInKey, type Worker } from "@mailfleet/worker";
import { Line } from "./line.ts";
import { Places } from "./places.ts";

const descriptors: Readonly<Partial<Record<string, ConnectorDescriptor>>> = connectorDescriptors;

/** Connections of one holder and one way to sign in, which several mailboxes may share. */
export interface SharedLine {
  /** How many connections this process may use at the moment; 0: others have them. */
  readonly places: number;
  /** How many wait in line for one. */
  readonly waiting: number;
  /** One more is wanted. Answers by `changed`, perhaps only when others give one back. */
  want(): void;
  /** Resolves when the number of places changed, or was asked for in vain. */
  changed(): Promise<void>;
  /** Waits for a place, first come, first served. Call the result to give it back; a second call does nothing. */
  enter(): Promise<() => void>;
  /** Connections to use after `enter`. Throws `FailureError` if there is nothing to sign in with. */
  session(): Promise<OutboundSession>;
}

interface Held extends SharedLine {
  readonly holder: string;
  /** How many of its places nobody needs now. */
  readonly spare: number;
  readonly hadTurn: boolean;
  readonly isReturning: boolean;
  yield(): void;
  readonly isIdle: boolean;
  usedAt: number;
  close(): Promise<void>;
}

/** Longer than connections are kept, so that a permit outlives its connection. */
const IDLE_MS = 25_000;

/** Pools of connections, one for each holder of credentials and way to sign in; unused ones are closed. */
export class Lines {
  readonly #worker: Pick<Worker<OutboundConnector>, "open" | "permit">;
  readonly #now: () => number;
  readonly #held = new Map<string, Held>();
  readonly #keys = new WeakMap<Connection, string>();
  readonly #sweeper: NodeJS.Timeout;

  constructor(worker: Pick<Worker<OutboundConnector>, "open" | "permit">, now: () => number) {
    this.#worker = worker;
    this.#now = now;
    this.#sweeper = setInterval(() => this.#closeIdle(), IDLE_MS / 4).unref();
  }

  /** The line of this mailbox's holder. */
  of(connection: Connection): SharedLine {
    const key = this.#keys.get(connection) ?? keyOf(connection);
    this.#keys.set(connection, key);
    let held = this.#held.get(key);
    if (!held) {
      held = apart(() => this.#hold(connection));
      this.#held.set(key, held);
    }
    held.usedAt = this.#now();
    return held;
  }

  #hold(connection: Connection): Held {
    const { maximumConcurrentConnections: most } = connection;
    const { holder } = connection.credentials;
    let opened: Promise<OutboundSession> | null = null;
    let change = Promise.withResolvers<void>();
    let pool: OutboundSession | null = null;
    const room = () => places.count * (pool?.perConnection ?? 1);
    let asked: Held | undefined;
    const places = new Places({
      take: () => this.#worker.permit(connection),
      refused: () => {
        if (!asked?.isReturning) asked = this.#askAnother(held);
      },
      // Before it is open nobody knows how many it can use.
      most: () => pool?.mostConnections ?? 1,
      inUse: () => pool?.inUse ?? line.inside,
      changed: async () => {
        const closed = pool?.useAtMost(places.count);
        line.admit();
        if (line.waiting > 0 || line.inside > room()) places.want();
        change.resolve();
        change = Promise.withResolvers<void>();
        await closed;
      },
    });
    const line = new Line(room);
    /** There is nothing to sign in with. Another way to sign in as the same holder must not wait for this one. */
    let unusable = false;
    line.onLeft = () => {
      places.settle();
      if (unusable && line.isIdle) void places.giveAll();
    };
    const held: Held = {
      holder,
      get spare() {
        return places.count - line.inside - line.waiting;
      },
      get hadTurn() {
        return places.hadTurn;
      },
      get isReturning() {
        return places.isReturning;
      },
      yield: () => places.yield(),
      get places() {
        return places.count;
      },
      get waiting() {
        return line.waiting;
      },
      get isIdle() {
        return line.isIdle;
      },
      usedAt: this.#now(),
      want: () => {
        if (line.waiting > 0 || places.count === 0) places.want();
      },
      changed: () => change.promise,
      enter: () => {
        const entered = line.enter();
        if (line.waiting > 0) places.want();
        return entered;
      },
      session: () => {
        opened ??= this.#worker
          .open(connection)
          .then(({ connector, options }) => {
            unusable = false;
            pool = connector.open(options, most);
            void pool.useAtMost(places.count);
            line.admit();
            if (line.waiting > 0) places.want();
            return pool;
          })
          .catch((error: unknown) => {
            opened = null;
            unusable = true;
            throw error;
          });
        return opened;
      },
      close: async () => {
        // Those in line find that the service stops, and leave their sends as they are.
        line.dismiss();
        change.resolve();
        await (await opened?.catch(() => null))?.close();
        await places.close();
      },
    };
    return held;
  }

  /**
   * A line of the same holder gives a place back: one that has some to spare, else the one that has most. Where there are
   * too few for all, they take turns.
   */
  #askAnother(refused: Held): Held | undefined {
    const mayGive = (other: Held) =>
      other.spare > 0 || other.places > refused.places + 1 || (refused.places === 0 && other.hadTurn);
    const [giver] = [...this.#held.values()]
      .filter((other) => other !== refused && other.holder === refused.holder && other.places > 0 && mayGive(other))
      .sort((one, other) => Math.max(0, other.spare) - Math.max(0, one.spare) || other.places - one.places);
    giver?.yield();
    return giver;
  }

  #closeIdle(): void {
    const oldest = this.#now() - IDLE_MS;
    for (const [key, held] of this.#held) {
      if (!held.isIdle || held.usedAt > oldest) continue;
      this.#held.delete(key);
      void held.close();
    }
  }

  /** Waits for what is under way, within the grace that the connectors give. */
  async close(): Promise<void> {
    clearInterval(this.#sweeper);
    const all = [...this.#held.values()];
    this.#held.clear();
    await Promise.all(all.map((held) => held.close()));
  }
}

/** Those for whom it is the same share a line. */
function keyOf({ mailboxId, address, server, credentials, ...connection }: Connection): string {
  const { allowedPorts, allowedNetworks, maximumConcurrentConnections, connectionTimeoutMs } = connection;
  const { eightBitPolicy, ehloName } = connection;
  return JSON.stringify([
    signInKey(credentials),
    // One account of Exchange acts for many mailboxes, each in a session of its own.
    descriptors[server.protocol]?.sessionOf === "mailbox" ? [mailboxId, address] : null,
    server,
    allowedPorts,
    allowedNetworks,
    maximumConcurrentConnections,
    connectionTimeoutMs,
    eightBitPolicy,
    ehloName,
  ]);
}
