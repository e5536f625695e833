/** Makes, changes and checks what Mailfleet needs in NATS and MongoDB, from what the services declare. */
export { mongoRolesScript } from "./mongo-roles.ts";
export { natsAuthorization } from "./nats-users.ts";
export { topology } from "./topology.ts";
