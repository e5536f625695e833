/** The registry of connectors. */
export { type ConnectorPorts, type Connectors, type ConnectorsOf, createConnectors } from "./registry.ts";
