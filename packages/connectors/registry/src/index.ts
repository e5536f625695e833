/** The registry of connectors. */
export { type Connectors, createConnectors } from "./registry.ts";
