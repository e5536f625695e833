import { type ConsumerDefinition, type StreamDefinition, streams } from "@mailfleet/contracts";
import { type CollectionDeclaration, frameIndexes } from "../document/indexes.ts";
import type { ServiceDeclaration, ServicePorts } from "./define-service.ts";
import type { OwnEnvironment } from "./environment.ts";

/** What must be in NATS and MongoDB before a service begins. The topology step makes it, the service only looks. */
export interface Wanted {
  readonly streams: readonly StreamDefinition[];
  readonly consumers: readonly ConsumerDefinition[];
  readonly collections: readonly CollectionDeclaration[];
}

/** What this service needs: all streams, its own consumers and collections. */
export function wantedBy<Ports extends ServicePorts, Own extends OwnEnvironment, Derived extends keyof Ports = never>({
  listens = [],
  keeps = [],
  collections = [],
}: ServiceDeclaration<Ports, Own, Derived>): Wanted {
  const kept = keeps.map(({ collection, indexes }) => ({ name: collection, indexes: [...frameIndexes, ...indexes] }));
  return {
    streams: Object.values(streams),
    consumers: listens.map(({ consumer }) => consumer),
    collections: [...kept, ...collections],
  };
}
