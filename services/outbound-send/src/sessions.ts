import type { ConnectOptions, OutboundConnector, OutboundSession } from "@mailfleet/connector-api";
import { type Connection, FailureError, failureOf } from "@mailfleet/contracts";
import { Line } from "./line.ts";
import { openCredentials, signInKey } from "./open-credentials.ts";
import type { Ports } from "./ports.ts";
import { Slots } from "./slots.ts";

interface Held {
  readonly session: Promise<OutboundSession>;
  readonly slots: Slots;
  /** Who may claim a send: a few more than there are connections, so that no connection waits for a claim's write. */
  readonly claims: Line;
  /** Who may use a connection. */
  readonly connections: Line;
  usedAt: number;
}

/** Claims for each connection: one that is handed over while the next is written down. */
const CLAIMS_PER_CONNECTION = 2;
/** Longer than connections are kept, so that a slot outlives its connection. */
const IDLE_MS = 25_000;
/** So many sends wait inside the process for one holder; more go back to the store, or they would block the others. */
const WAITING_LIMIT = 96;

/** The right to claim a send and then to hand it over. Give it back. */
export interface Turn {
  /** Waits for a free connection. Throws `FailureError` if the holder cannot connect. */
  session(): Promise<OutboundSession>;
  done(): void;
}

/** Pools of connections, one for each holder of credentials and way to sign in; unused ones are closed. */
export class Sessions {
  readonly #ports: Pick<Ports, "connectors" | "openSecret" | "tokens" | "now" | "slots" | "logger">;
  readonly #held = new Map<string, Held>();
  readonly #sweeper: NodeJS.Timeout;
  #closed = false;

  constructor(ports: Pick<Ports, "connectors" | "openSecret" | "tokens" | "now" | "slots" | "logger">) {
    this.#ports = ports;
    this.#sweeper = setInterval(() => this.#closeIdle(), IDLE_MS / 4).unref();
  }

  /**
   * Waits until this mailbox's holder may hand one more over. `null`: too many wait already or the service stops, let
   * this one come again later. A send is claimed only behind this, so that a crash leaves few behind whose fate is unknown.
   */
  async turn(connection: Connection): Promise<Turn | null> {
    if (this.#closed) return null;
    const held = this.#hold(connection);
    if (held.claims.waiting >= WAITING_LIMIT) return null;
    const entered = held.claims.enter();
    if (held.claims.waiting > 0) held.slots.want();
    const left = [await entered];
    held.usedAt = this.#ports.now();
    return {
      session: async () => {
        left.unshift(await held.connections.enter());
        return held.session;
      },
      done: () => {
        held.usedAt = this.#ports.now();
        for (const leave of left.splice(0)) leave();
        if (held.claims.waiting > 0) held.slots.want();
      },
    };
  }

  /** How many stand in line for this mailbox's holder. */
  lineOf(connection: Connection): number {
    return this.#hold(connection).claims.waiting;
  }

  /** What a test or a probe needs. Throws `FailureError`. */
  async connect(connection: Connection): Promise<{ connector: OutboundConnector; options: ConnectOptions }> {
    const { server, mailboxId, address, connectionTimeoutMs, allowedPorts } = connection;
    const load = this.#ports.connectors[server.protocol];
    if (!load) throw new FailureError(failureOf("INTERNAL_ERROR", { reply: `no connector for ${server.protocol}` }));
    const [connector, credentials] = await Promise.all([load(), openCredentials(this.#ports, connection)]);
    return { connector, options: { mailboxId, address, server, credentials, allowedPorts, connectionTimeoutMs } };
  }

  #hold(connection: Connection): Held {
    const { server, credentials, maximumConcurrentConnections, connectionTimeoutMs } = connection;
    const { allowedPorts } = connection;
    const way = [signInKey(credentials), server, allowedPorts, maximumConcurrentConnections, connectionTimeoutMs];
    const key = JSON.stringify(way);
    const known = this.#held.get(key);
    if (known) return known;
    const session = this.connect(connection).then(({ connector, options }) =>
      connector.open(options, maximumConcurrentConnections),
    );
    // Not opened: the next send tries again.
    session.catch(() => this.#held.delete(key));
    const holderOfSlots = `${credentials.holder}/${server.host}:${server.port}`;
    const slots = new Slots(this.#ports, holderOfSlots, maximumConcurrentConnections, () => admit(held));
    const held: Held = {
      session,
      slots,
      claims: new Line(() => slots.count * CLAIMS_PER_CONNECTION),
      connections: new Line(() => slots.count),
      usedAt: this.#ports.now(),
    };
    this.#held.set(key, held);
    return held;
  }

  #closeIdle(): void {
    const oldest = this.#ports.now() - IDLE_MS;
    for (const [key, held] of this.#held) {
      if (!held.claims.isIdle || held.usedAt > oldest) continue;
      this.#held.delete(key);
      void held.slots.close();
      void held.session.then((session) => session.close()).catch(() => {});
    }
  }

  /** Waits for what is under way, within the grace that the connectors give. */
  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#sweeper);
    const all = [...this.#held.values()];
    this.#held.clear();
    await Promise.all(
      all.map(async (held) => {
        // Those in line find that the service stops, and leave their sends as they are.
        held.claims.dismiss();
        held.connections.dismiss();
        const session = await held.session.catch(() => null);
        await session?.close();
        await held.slots.close();
      }),
    );
  }
}

/** The number of slots changed: lets in whom it can, asks for another while somebody waits, closes what is too many. */
function admit({ claims, connections, slots, session }: Held): void {
  const { count } = slots;
  void session.then((pool) => pool.keepAtMost(count)).catch(() => {});
  connections.admit();
  claims.admit();
  if (claims.waiting > 0) slots.want();
}
