import type { ConnectOptions } from "@mailfleet/connector-api";
import type {
  ConnectionCredentials,
  Direction,
  Logger,
  OutgoingMessage,
  RequestInput,
  RequestOutput,
  Sealed,
  Secret,
} from "@mailfleet/contracts";
import type { Permits } from "@mailfleet/kit";
import type { RunMetrics } from "./metrics.ts";
import type { Gates, SignInStore } from "./sign-in/ports.ts";

/** Where connectors come from: the registry, narrowed to one direction. */
export interface ConnectorSource<Connector> {
  /** Loads it when it is first needed; `null`: there is no connector for this protocol in this direction. */
  load(protocol: string): Promise<Connector | null>;
}

/** What both workers need. A service's `main.ts` builds it. */
export interface WorkerPorts<Connector> {
  readonly direction: Direction;
  readonly bus: {
    request(
      name: "config.connection.get",
      input: RequestInput<"config.connection.get">,
      options?: { correlation?: string },
    ): Promise<RequestOutput<"config.connection.get">>;
    publish(message: OutgoingMessage): Promise<unknown>;
  };
  readonly connectors: ConnectorSource<Connector>;
  readonly permits: Permits;
  /** What all processes know of the credentials of profiles. */
  readonly signIns: SignInStore;
  /** Throws `FailureError` CREDENTIALS_UNREADABLE. */
  openSecret(sealed: Sealed, aad: string): Promise<Secret>;
  readonly tokens: {
    credentials(
      credentials: Extract<ConnectionCredentials, { type: "oauth" }>,
      mailbox: { id: string; address: string },
    ): NonNullable<ConnectOptions["credentials"]>;
  };
  /** Networks that this installation allows beside those of the organisation, its own engines, which it refuses, its proxy. */
  readonly destinations: {
    readonly networks: readonly string[];
    readonly refused: readonly { readonly host: string; readonly port: number }[];
    readonly proxy?: ConnectOptions["proxy"];
  };
  /** True for an error that only means that a store or the bus is away for now. */
  isOutage(error: unknown): boolean;
  readonly logger: Logger;
  readonly metrics: RunMetrics;
  /** Milliseconds since the epoch. */
  now(): number;
}

/** What a worker makes of its ports. */
export interface WorkerParts<Connector> extends WorkerPorts<Connector> {
  readonly gates: Gates;
}
