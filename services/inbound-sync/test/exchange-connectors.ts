import type { InboundConnector } from "@mailfleet/connector-api";
import { ewsInbound } from "@mailfleet/connector-ews";
import { graphInbound } from "@mailfleet/connector-graph";
import { imapConnector } from "@mailfleet/connector-imap";
import { Secret } from "@mailfleet/contracts";
import { createGuardedFetch } from "@mailfleet/http";
import type { GraphDouble } from "@mailfleet/local/doubles";

/** The only token that Graph's double takes, an application's. */
export const graphTokens = {
  introspect: (token: string) =>
    token === "good" ? { account: "", clientId: "app", scopes: ["https://graph.microsoft.com/.default"] } : null,
};

/** IMAP, EWS, and Graph with that token. `close` ends their connections. */
export function exchangeConnectors() {
  const fetch = createGuardedFetch({ privateNetworks: ["127.0.0.0/8"] });
  const graph = graphInbound({ fetch });
  const signedIn = <Options extends Parameters<InboundConnector["open"]>[0]>(options: Options): Options => {
    const accessToken = async () => new Secret("good");
    return { ...options, credentials: { type: "token", username: options.address, accessToken } };
  };
  const connectors: Record<string, InboundConnector> = {
    ews: ewsInbound,
    imap: imapConnector,
    graph: {
      ...graph,
      open: (options, signal) => graph.open(signedIn(options), signal),
      moveTo: async (options, ...rest) => (await graph.moveTo?.(signedIn(options), ...rest)) ?? [],
      categorise: async (options, ...rest) => (await graph.categorise?.(signedIn(options), ...rest)) ?? [],
    },
  };
  return { connectors, close: fetch.close };
}

/** Where Graph's double is, as config names it. */
export const graphServer = ({ url }: GraphDouble) =>
  ({ protocol: "graph", host: "graph.test", port: 443, security: "tls", apiUrl: url }) as const;

/** Where the double of Exchange is, as config names it. */
export const ewsServer = ({ url }: { readonly url: string }) =>
  ({
    protocol: "ews",
    host: "127.0.0.1",
    port: Number(new URL(url).port),
    security: "none",
    authentication: "basic",
  }) as const;
