/** Makes, changes and checks what Mailfleet needs in NATS and MongoDB, from what the services declare; says whose they are. */
export { confirm, showDeployment } from "./deployment/deployment.ts";
export { mongoRolesScript } from "./mongo-roles.ts";
export { natsAuthorization } from "./nats-users.ts";
export { topology } from "./topology.ts";
