import type { ConnectOptions, OutboundConnector, OutboundSession } from "@mailfleet/connector-api";
import { type Connection, FailureError, failureOf } from "@mailfleet/contracts";
import type { Ports } from "./ports.ts";
import { Slots } from "./slots.ts";

interface Held {
  readonly session: Promise<OutboundSession>;
  readonly slots: Slots;
  users: number;
  usedAt: number;
  readonly waiting: (() => void)[];
}

/** Longer than connections are kept, so that a slot outlives its connection. */
const IDLE_MS = 25_000;
/** So many sends wait inside the process for one holder; more go back to the store, or they would block the others. */
const WAITING_LIMIT = 96;

/** A place in the queue of one holder's connections. Give it back. */
export interface Turn {
  readonly session: Promise<OutboundSession>;
  done(): void;
}

/** Pools of connections, one for each holder of credentials and way to sign in; unused ones are closed. */
export class Sessions {
  readonly #ports: Pick<Ports, "connectors" | "openSecret" | "now" | "slots" | "logger">;
  readonly #held = new Map<string, Held>();
  readonly #sweeper: NodeJS.Timeout;

  constructor(ports: Pick<Ports, "connectors" | "openSecret" | "now" | "slots" | "logger">) {
    this.#ports = ports;
    this.#sweeper = setInterval(() => this.#closeIdle(), IDLE_MS / 4).unref();
  }

  /**
   * Waits until this mailbox's holder may hand one more over. `null`: too many wait already, let this one come again
   * later. A send is claimed only behind this, so that a crash leaves few behind whose fate is unknown.
   */
  async turn(connection: Connection): Promise<Turn | null> {
    const held = this.#hold(connection);
    if (held.waiting.length >= WAITING_LIMIT) return null;
    if (held.waiting.length === 0 && held.users < held.slots.count) held.users += 1;
    else
      await new Promise<void>((resolve) => {
        held.waiting.push(resolve);
        held.slots.want();
      });
    held.usedAt = this.#ports.now();
    let given = false;
    return {
      session: held.session,
      done: () => {
        if (given) return;
        given = true;
        held.usedAt = this.#ports.now();
        held.users -= 1;
        admit(held);
      },
    };
  }

  /** What a test or a probe needs. Throws `FailureError`. */
  async connect(connection: Connection): Promise<{ connector: OutboundConnector; options: ConnectOptions }> {
    const { server, credentials } = connection;
    const connector = this.#ports.connectors.find(({ protocol }) => protocol === server.protocol);
    if (!connector)
      throw new FailureError(failureOf("INTERNAL_ERROR", { reply: `no connector for ${server.protocol}` }));
    const opened = credentials && {
      username: credentials.username,
      password: await this.#ports.openSecret(credentials.password, credentials.sealedFor),
    };
    const { mailboxId, address, connectionTimeoutMs } = connection;
    return { connector, options: { mailboxId, address, server, credentials: opened, connectionTimeoutMs } };
  }

  #hold(connection: Connection): Held {
    const { server, credentials, maximumConcurrentConnections, connectionTimeoutMs } = connection;
    const holder = credentials
      ? [credentials.holder, credentials.username, credentials.password.tag]
      : [connection.mailboxId];
    const key = JSON.stringify([holder, server, maximumConcurrentConnections, connectionTimeoutMs]);
    const known = this.#held.get(key);
    if (known) return known;
    const session = this.connect(connection).then(({ connector, options }) =>
      connector.open(options, maximumConcurrentConnections),
    );
    // Not opened: the next send tries again.
    session.catch(() => this.#held.delete(key));
    const holderOfSlots = `${holder[0]}/${server.host}:${server.port}`;
    const held: Held = {
      session,
      slots: new Slots(this.#ports, holderOfSlots, maximumConcurrentConnections, () => admit(held)),
      users: 0,
      usedAt: this.#ports.now(),
      waiting: [],
    };
    this.#held.set(key, held);
    return held;
  }

  #closeIdle(): void {
    const oldest = this.#ports.now() - IDLE_MS;
    for (const [key, held] of this.#held) {
      if (held.users > 0 || held.waiting.length > 0 || held.usedAt > oldest) continue;
      this.#held.delete(key);
      void held.slots.close();
      void held.session.then((session) => session.close()).catch(() => {});
    }
  }

  /** Waits for what is under way, within the grace that the connectors give. */
  async close(): Promise<void> {
    clearInterval(this.#sweeper);
    const all = [...this.#held.values()];
    this.#held.clear();
    await Promise.all(
      all.map(async (held) => {
        // Those in line find that the service stops, and leave their sends as they are.
        for (const next of held.waiting.splice(0)) {
          held.users += 1;
          next();
        }
        const session = await held.session.catch(() => null);
        await session?.close();
        await held.slots.close();
      }),
    );
  }
}

/** Lets in as many as there are slots, and asks for another while somebody waits. */
function admit(held: Held): void {
  while (held.users < held.slots.count) {
    const next = held.waiting.shift();
    if (!next) return;
    held.users += 1;
    next();
  }
  if (held.waiting.length > 0) held.slots.want();
}
