import type { ConnectOptions, OutboundConnector, OutboundSession } from "@mailfleet/connector-api";
import { type Connection, FailureError, failureOf } from "@mailfleet/contracts";
import type { Ports } from "../ports.ts";
import { Line } from "./line.ts";
import { openCredentials, signInKey } from "./open-credentials.ts";
import { Slots } from "./slots.ts";

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
  readonly isIdle: boolean;
  usedAt: number;
  close(): Promise<void>;
}

/** Longer than connections are kept, so that a slot outlives its connection. */
const IDLE_MS = 25_000;

type SessionPorts = Pick<Ports, "connectors" | "openSecret" | "tokens" | "now" | "slots" | "logger">;

/** Pools of connections, one for each holder of credentials and way to sign in; unused ones are closed. */
export class Sessions {
  readonly #ports: SessionPorts;
  readonly #held = new Map<string, Held>();
  readonly #sweeper: NodeJS.Timeout;

  constructor(ports: SessionPorts) {
    this.#ports = ports;
    this.#sweeper = setInterval(() => this.#closeIdle(), IDLE_MS / 4).unref();
  }

  /** The line of this mailbox's holder. */
  line(connection: Connection): SharedLine {
    const { server, credentials, maximumConcurrentConnections, connectionTimeoutMs, allowedPorts } = connection;
    const way = [signInKey(credentials), server, allowedPorts, maximumConcurrentConnections, connectionTimeoutMs];
    const key = JSON.stringify(way);
    let held = this.#held.get(key);
    if (!held) {
      held = this.#hold(connection);
      this.#held.set(key, held);
    }
    held.usedAt = this.#ports.now();
    return held;
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
    const { server, credentials, maximumConcurrentConnections: maximum } = connection;
    let opened: Promise<OutboundSession> | null = null;
    let change = Promise.withResolvers<void>();
    const slots = new Slots(this.#ports, `${credentials.holder}/${server.host}:${server.port}`, maximum, () => {
      void opened?.then((pool) => pool.keepAtMost(slots.count)).catch(() => {});
      line.admit();
      if (line.waiting > 0) slots.want();
      change.resolve();
      change = Promise.withResolvers<void>();
    });
    const line = new Line(() => slots.count);
    return {
      get places() {
        return slots.count;
      },
      get waiting() {
        return line.waiting;
      },
      get isIdle() {
        return line.isIdle;
      },
      usedAt: this.#ports.now(),
      want: () => {
        if (line.waiting > 0 || slots.count === 0) slots.want();
      },
      changed: () => change.promise,
      enter: async () => {
        const entered = line.enter();
        if (line.waiting > 0) slots.want();
        return entered;
      },
      session: () => {
        // A sign-in that cannot be opened leaves nothing behind: the next one tries again with the same slots.
        opened ??= this.connect(connection)
          .then(({ connector, options }) => connector.open(options, maximum))
          .catch((error: unknown) => {
            opened = null;
            throw error;
          });
        return opened;
      },
      close: async () => {
        // Those in line find that the service stops, and leave their sends as they are.
        line.dismiss();
        change.resolve();
        const pool = await opened?.catch(() => null);
        await pool?.close();
        await slots.close();
      },
    };
  }

  #closeIdle(): void {
    const oldest = this.#ports.now() - IDLE_MS;
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
