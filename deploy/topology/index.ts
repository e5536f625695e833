/** Makes, changes and checks what Mailfleet needs in NATS and MongoDB, from what the services declare; says whose they are. */
export { confirm, showDeployment } from "./deployment/deployment.ts";
export { mongoRolesScript, roleOf } from "./mongo-roles.ts";
export { natsAuthorization, passwordVariable } from "./nats-users.ts";
export { topology } from "./topology.ts";
export { variables } from "./variables.ts";
