import type { ActConnector, InboundConnector, OutboundConnector } from "@mailfleet/connector-api";
import type { ActProtocol, InboundProtocol, OutboundProtocol, Protocol } from "@mailfleet/contracts";
import type { GuardedFetch } from "@mailfleet/http";
import { tracing } from "./traced.ts";

/** What connectors are given. */
export interface ConnectorPorts {
  /** The one way to a foreign server over HTTP. */
  readonly fetch: GuardedFetch;
}

/** The code of a protocol, for each of its directions. */
type Spoken<Name> = (Name extends InboundProtocol ? { readonly inbound: InboundConnector } : unknown) &
  (Name extends OutboundProtocol ? { readonly outbound: OutboundConnector } : unknown) &
  (Name extends ActProtocol ? { readonly act: ActConnector } : unknown);

type Load<Name> = (ports: ConnectorPorts) => Promise<Spoken<Name>>;

/** One line for each protocol. */
const registry: { readonly [Name in Protocol]: Load<Name> } = {
  imap: async () => ({ inbound: (await import("@mailfleet/connector-imap")).imapConnector }),
  pop3: async () => ({ inbound: (await import("@mailfleet/connector-pop3")).pop3Connector }),
  smtp: async () => ({ outbound: (await import("@mailfleet/connector-smtp")).smtpConnector() }),
  gmail: async (ports) => {
    const { gmailInbound, gmailOutbound } = await import("@mailfleet/connector-gmail");
    return { inbound: gmailInbound(ports), outbound: gmailOutbound(ports) };
  },
  graph: async (ports) => {
    const { graphAct, graphInbound, graphOutbound } = await import("@mailfleet/connector-graph");
    return { inbound: graphInbound(ports), outbound: graphOutbound(ports), act: graphAct(ports) };
  },
  ews: async () => {
    const { ewsAct, ewsInbound, ewsOutbound } = await import("@mailfleet/connector-ews");
    return { inbound: ewsInbound, outbound: ewsOutbound, act: ewsAct };
  },
};

/** Connectors of one direction. */
export interface ConnectorsOf<Connector> {
  /** Loads it when it is first needed; `null`: there is no connector for this protocol in this direction. */
  load(protocol: string): Promise<Connector | null>;
}

/** All connectors, by direction. */
export interface Connectors {
  readonly inbound: ConnectorsOf<InboundConnector>;
  readonly outbound: ConnectorsOf<OutboundConnector>;
  /** Appointments, contacts and tasks. */
  readonly act: ConnectorsOf<ActConnector>;
}

interface Directions {
  readonly inbound?: InboundConnector;
  readonly outbound?: OutboundConnector;
  readonly act?: ActConnector;
}

function traced(protocol: string, { inbound, outbound, act }: Directions): Directions {
  const steps = tracing(protocol);
  return {
    ...(inbound && { inbound: steps.inbound(inbound) }),
    ...(outbound && { outbound: steps.outbound(outbound) }),
    ...(act && { act: steps.act(act) }),
  };
}

/** Loads nothing yet. */
export function createConnectors(ports: ConnectorPorts): Connectors {
  const loaded = new Map<string, Promise<Directions>>();

  function load(protocol: string): Promise<Directions> {
    const known = loaded.get(protocol);
    if (known) return known;
    if (!Object.hasOwn(registry, protocol)) return Promise.resolve({});
    const loading: Promise<Directions> = registry[protocol as keyof typeof registry](ports).then((spoken: Directions) =>
      traced(protocol, spoken),
    );
    loaded.set(protocol, loading);
    // A package that could not be read is asked for again.
    loading.catch(() => loaded.delete(protocol));
    return loading;
  }

  return {
    inbound: { load: async (protocol) => (await load(protocol)).inbound ?? null },
    outbound: { load: async (protocol) => (await load(protocol)).outbound ?? null },
    act: { load: async (protocol) => (await load(protocol)).act ?? null },
  };
}
