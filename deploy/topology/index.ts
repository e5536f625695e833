/** Makes, changes and checks what Mailfleet needs in NATS and MongoDB, from what the services declare. */
export { type TopologyAction, type TopologyTask, topology, topologyActions } from "./topology.ts";
