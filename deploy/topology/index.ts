/** Makes, changes and checks what Mailfleet needs in NATS and MongoDB, from what the services declare. */
export { topology } from "./topology.ts";
